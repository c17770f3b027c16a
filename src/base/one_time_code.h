// SPDX-License-Identifier: Apache-2.0
// What a person typed where a one-time code may be typed: a code of one of three forms, digits of a wrong length, or
// something else.
#ifndef TOOPHER_BASE_ONE_TIME_CODE_H
#define TOOPHER_BASE_ONE_TIME_CODE_H

#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>

#include "base/secret.h"

namespace toopher {

/// ASCII digits, without the blanks and hyphens people type between them. How many they are says who checks them.
class OneTimeCode {
 public:
  enum class Form {
    otp,       ///< 6 to 8 digits (RFC 4226 section 5.3), for the server
    offline,   ///< 10 digits, shown as 12345-67890: for this host alone, never sent
    recovery,  ///< 12 digits, shown as 1234-5678-9012, for the server
  };
  struct WrongLength {};  ///< digits only, but too few or too many: ask again, locally
  struct NotACode {};     ///< anything else, empty included: never leaves this machine
  using Parsed = std::variant<OneTimeCode, WrongLength, NotACode>;

  static Parsed parse(std::string_view typed);

  [[nodiscard]] Form form() const { return form_; }
  [[nodiscard]] std::string_view digits() const { return digits_.view(); }

 private:
  static std::optional<Form> form_of(std::size_t digits);
  OneTimeCode(Form form, Secret digits) : form_(form), digits_(std::move(digits)) {}
  Form form_;
  Secret digits_;
};

}  // namespace toopher

#endif
