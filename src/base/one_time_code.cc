// SPDX-License-Identifier: Apache-2.0
#include "base/one_time_code.h"

#include "base/text.h"

namespace toopher {

OneTimeCode::Parsed OneTimeCode::parse(std::string_view typed) {
  // PAM_MAX_RESP_SIZE bounds what hosts deliver; no code with separators is nearly as long.
  constexpr std::size_t kLongest = 64;
  typed = trim(typed);
  if (typed.empty() || typed.size() > kLongest) return NotACode{};
  Secret digits = Secret::zeroed(typed.size());
  std::size_t count = 0;
  for (const char c : typed) {
    if (c >= '0' && c <= '9') {
      digits.data()[count++] = c;
    } else if (c != ' ' && c != '-') {
      return NotACode{};
    }
  }
  if (count == 0) return NotACode{};
  if (count < kMinDigits || count > kMaxDigits) return WrongLength{};
  return OneTimeCode(Secret(digits.view().substr(0, count)));
}

}  // namespace toopher
