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
  const auto form = form_of(count);
  if (!form) return WrongLength{};
  return OneTimeCode(*form, Secret(digits.view().substr(0, count)));
}

std::optional<OneTimeCode::Form> OneTimeCode::form_of(std::size_t digits) {
  if (digits >= 6 && digits <= 8) return Form::otp;
  if (digits == 10) return Form::offline;
  if (digits == 12) return Form::recovery;
  return std::nullopt;
}

}  // namespace toopher
