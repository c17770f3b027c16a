// SPDX-License-Identifier: Apache-2.0
// What a person typed where a one-time code may be typed: a code, digits of a wrong length, or something
// else.
#ifndef TOOPHER_BASE_ONE_TIME_CODE_H
#define TOOPHER_BASE_ONE_TIME_CODE_H

#include <string_view>
#include <variant>

#include "base/secret.h"

namespace toopher {

/// 6 to 8 ASCII digits (RFC 4226 section 5.3), without the blanks and hyphens people type between them.
class OneTimeCode {
 public:
  struct WrongLength {};  ///< digits only, but too few or too many: ask again, locally
  struct NotACode {};     ///< anything else, empty included: never leaves this machine
  using Parsed = std::variant<OneTimeCode, WrongLength, NotACode>;

  static constexpr std::size_t kMinDigits = 6;
  static constexpr std::size_t kMaxDigits = 8;

  static Parsed parse(std::string_view typed);

  [[nodiscard]] std::string_view digits() const { return digits_.view(); }

 private:
  explicit OneTimeCode(Secret digits) : digits_(std::move(digits)) {}
  Secret digits_;
};

}  // namespace toopher

#endif
