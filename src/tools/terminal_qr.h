// SPDX-License-Identifier: Apache-2.0
// QR codes on a terminal: two modules in each character, by the half blocks of Unicode.
#ifndef TOOPHER_TOOLS_TERMINAL_QR_H
#define TOOPHER_TOOLS_TERMINAL_QR_H

#include <cstddef>
#include <string>
#include <string_view>

namespace toopher::tools {

struct TerminalQr {
  std::string lines;  ///< UTF-8, dark on light by colours of its own, each line ended by a line feed
  std::size_t columns = 0;
  std::size_t rows = 0;
};

/// `text` with the quiet zone that ISO/IEC 18004 wants around. Throws std::runtime_error for what no QR code holds.
[[nodiscard]] TerminalQr draw_qr(std::string_view text);

/// The lines of it where a phone can read them from standard output: a terminal that can do colours, is large enough, and
/// whose locale is UTF-8. Else empty.
[[nodiscard]] std::string qr_for_output(std::string_view text);

/// The same; and where only the size of the terminal is in the way, a line that says which it takes.
[[nodiscard]] std::string qr_or_advice(std::string_view text);

}  // namespace toopher::tools

#endif
