// SPDX-License-Identifier: Apache-2.0
// Names and values as they stand in a query, a form body or an Authorization header.
#ifndef TOOPHER_OAUTH_PARAMETERS_H
#define TOOPHER_OAUTH_PARAMETERS_H

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toopher::oauth {

/// Decoded; a name may occur more than once.
struct Parameter {
  std::string name;
  std::string value;
  friend bool operator==(const Parameter&, const Parameter&) = default;
};
using Parameters = std::vector<Parameter>;

/// application/x-www-form-urlencoded (query or body): `+` is a blank. Nothing on a broken escape.
[[nodiscard]] std::optional<Parameters> parse_form(std::string_view text);

/// name=value pairs joined by `&`, each percent-encoded as RFC 5849 section 3.6 says (a blank is %20).
[[nodiscard]] std::string to_form(const Parameters& parameters);

/// The value of an `Authorization: OAuth …` header (RFC 5849 section 3.5.1), the scheme case-insensitive,
/// blanks around commas optional, one trailing comma tolerated, quotes required; `realm` is left out. Nothing
/// if it is another scheme or malformed.
[[nodiscard]] std::optional<Parameters> parse_authorization_header(std::string_view value);

/// The first parameter of that name, or nothing.
[[nodiscard]] const std::string* find(const Parameters& parameters, std::string_view name);

}  // namespace toopher::oauth

#endif
