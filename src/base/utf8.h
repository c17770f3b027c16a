// SPDX-License-Identifier: Apache-2.0
// UTF-8, a character at a time.
#ifndef TOOPHER_BASE_UTF8_H
#define TOOPHER_BASE_UTF8_H

#include <cstddef>
#include <optional>
#include <string_view>

namespace toopher {

struct CodePoint {
  char32_t value;
  std::size_t length;  ///< in bytes
};

/// The well-formed sequence at the start of `text`, which is not empty (RFC 3629: shortest form, no surrogates), or nothing.
[[nodiscard]] std::optional<CodePoint> decode_utf8(std::string_view text);

/// Characters that move the cursor, reorder text or break lines on a terminal.
[[nodiscard]] bool is_control(char32_t c);

// Nearly all of what a login reads and writes is ASCII, which costs no call.
[[nodiscard]] std::optional<CodePoint> decode_multibyte(std::string_view text);
[[nodiscard]] bool is_control_beyond_ascii(char32_t c);

inline std::optional<CodePoint> decode_utf8(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  return first < 0x80 ? CodePoint{first, 1} : decode_multibyte(text);
}

inline bool is_control(char32_t c) {
  return c < 0x80 ? c < 0x20 || c == 0x7F : is_control_beyond_ascii(c);
}

/// Those, and characters that show nothing, or a blank that is none: format characters (Unicode's Cf), fillers, variation
/// selectors, the blanks beyond ASCII.
[[nodiscard]] bool is_invisible(char32_t c);

}  // namespace toopher

#endif
