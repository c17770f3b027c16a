// SPDX-License-Identifier: Apache-2.0
// What a URL says of the server that it leads to.
#ifndef TOOPHER_BASE_URL_H
#define TOOPHER_BASE_URL_H

#include <cstdint>
#include <optional>
#include <string_view>

namespace toopher {

/// RFC 3986, section 3.2, without a user.
struct Authority {
  std::string_view host;              ///< points into the URL; an IPv6 address has its brackets
  std::optional<std::uint16_t> port;  ///< nothing: the scheme's own
};

/// Of scheme://HOST[:PORT], up to the first `/`, `?` or `#` after it. Nothing where there is no host, a user before it, a
/// bracket without the other, or a port that is none. Neither the scheme nor what the host is made of is looked at.
[[nodiscard]] std::optional<Authority> authority_of(std::string_view url);

}  // namespace toopher

#endif
