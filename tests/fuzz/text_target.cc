// SPDX-License-Identifier: Apache-2.0
// Text that crosses a border, and what a person types where a code may be typed.
#include <algorithm>
#include <string>
#include <variant>

#include "base/one_time_code.h"
#include "base/text.h"
#include "base/utf8.h"
#include "base/visible.h"
#include "crypto/encoding.h"
#include "fuzz/targets.h"

namespace toopher::fuzz {

namespace {

bool has_control(std::string_view text) {
  while (!text.empty()) {
    const auto c = decode_utf8(text);
    if (!c || is_control(c->value)) return true;
    text.remove_prefix(c->length);
  }
  return false;
}

bool has_invisible(std::string_view text) {
  while (!text.empty()) {
    const auto c = decode_utf8(text);
    if (!c || (c->value != ' ' && c->value != '\t' && c->value != '\n' && is_invisible(c->value)))
      return true;
    text.remove_prefix(c->length);
  }
  return false;
}

void code(std::string_view input) {
  const auto parsed = OneTimeCode::parse(input);
  const auto* typed = std::get_if<OneTimeCode>(&parsed);
  if (typed == nullptr) return;
  const std::string_view digits = typed->digits();
  require(std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }),
          "a code has digits only");
  const bool fits = typed->form() == OneTimeCode::Form::otp       ? digits.size() >= 6 && digits.size() <= 8
                    : typed->form() == OneTimeCode::Form::offline ? digits.size() == 10
                                                                  : digits.size() == 12;
  require(fits, "a code has the length of its form");
}

}  // namespace

void text(std::string_view input) {
  require(!has_control(sanitize_for_display(input)), "nothing that moves a cursor reaches a terminal");
  require(!has_invisible(make_visible(input)), "what cannot be seen is spelled out");
  const std::string logged = escape_for_log(input);
  require(!has_control(logged) && logged.find_first_of(" \"") == std::string::npos,
          "a log field stays one field");
  require(percent_decode(percent_encode(input)) == input, "percent encoding can be undone");
  require(hex_decode(hex_encode(input)) == input, "hexadecimal can be undone");
  require(crypto::base64url_decode(crypto::base64url_encode(input)) == input, "base64url can be undone");
  if (const auto bytes = crypto::base64url_decode(input))
    require(crypto::base64url_encode(*bytes) == input, "there is one base64url of some bytes");
  if (const auto bytes = crypto::base64_decode(input))
    require(crypto::base64_encode(*bytes) == input, "there is one base64 of some bytes");
  require(shorten(make_visible(input), 64).size() <= 64, "a shortened text is short");
  require(!has_invisible(quote_word(input)), "a quoted word hides nothing");
  code(input);
}

}  // namespace toopher::fuzz
