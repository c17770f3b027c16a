// SPDX-License-Identifier: Apache-2.0
// Text that crosses a border: to a terminal, into a log, into a URL or a line of the helper's protocol.
#ifndef TOOPHER_BASE_TEXT_H
#define TOOPHER_BASE_TEXT_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toopher {

/// Longest text of a server that is shown to a person, in characters.
inline constexpr std::size_t kMaxShownCharacters = 200;

[[nodiscard]] bool is_valid_utf8(std::string_view text);

/// Text of a server or another person, fit for a terminal: invalid UTF-8 becomes U+FFFD, control characters
/// (C0, DEL, C1, the bidirectional controls, line separators) are dropped, and it is cut after
/// `max_characters`.
[[nodiscard]] std::string sanitize_for_display(std::string_view text,
                                               std::size_t max_characters = kMaxShownCharacters);

/// One log field: printable ASCII and valid UTF-8 letters stay, everything else (blanks and `"` and `\`
/// included) becomes \xHH, so that nobody can forge a field or a line. Cut after `max_bytes` of input.
[[nodiscard]] std::string escape_for_log(std::string_view text, std::size_t max_bytes = 256);

/// RFC 3986 / RFC 5849 section 3.6: all but unreserved characters become %XX, upper case.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// The same, to the end of `out`.
void append_percent_encoded(std::string& out, std::string_view text);

/// The inverse; nothing where a % is not followed by two hexadecimal digits. `+` stays `+`.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

[[nodiscard]] std::string hex_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> hex_decode(std::string_view text);

[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::string to_lower_ascii(std::string_view text);
/// Whether to_lower_ascii(text) is `lower`.
[[nodiscard]] bool is_ignoring_case(std::string_view text, std::string_view lower);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

/// A decimal number without sign, blanks or leading plus; nothing if it is malformed or above `max`.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text, std::uint64_t max);

/// strerror without its static buffer.
[[nodiscard]] std::string error_text(int error_number);

}  // namespace toopher

#endif
