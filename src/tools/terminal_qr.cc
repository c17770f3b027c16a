// SPDX-License-Identifier: Apache-2.0
#include "tools/terminal_qr.h"

#include <langinfo.h>
#include <locale.h>
#include <qrencode.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>

namespace toopher::tools {

namespace {

constexpr int kQuietZone = 4;  // modules
constexpr std::string_view kDarkOnLight = "\033[0;30;47m";
constexpr std::string_view kPlain = "\033[0m\n";

struct CodeDeleter {
  void operator()(QRcode* code) const { QRcode_free(code); }
};
using Code = std::unique_ptr<QRcode, CodeDeleter>;

bool is_dark(const QRcode& code, int x, int y) {
  const bool inside = x >= 0 && y >= 0 && x < code.width && y < code.width;
  return inside && (code.data[y * code.width + x] & 1U) != 0;
}

/// Two modules, one above the other.
const char* character(bool upper, bool lower) {
  if (upper) return lower ? "\u2588" : "\u2580";
  return lower ? "\u2584" : " ";
}

/// As the person's terminal understands it, whatever locale this process has set itself.
bool output_is_utf8() {
  const locale_t locale = ::newlocale(LC_CTYPE_MASK, "", nullptr);
  if (locale == nullptr) return false;
  const bool utf8 = std::string_view(::nl_langinfo_l(CODESET, locale)) == "UTF-8";
  ::freelocale(locale);
  return utf8;
}

/// Of a terminal that can show such codes at all; nothing for other output.
std::optional<winsize> output_size() {
  winsize size{};
  if (!output_is_utf8() || ::isatty(STDOUT_FILENO) != 1 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
    return std::nullopt;
  const char* const kind = std::getenv("TERM");
  if (kind == nullptr || std::string_view(kind).empty() || std::string_view(kind) == "dumb")
    return std::nullopt;
  return size;
}

bool fits(const TerminalQr& qr, const winsize& size) {
  return size.ws_col >= qr.columns && size.ws_row > qr.rows;
}

}  // namespace

TerminalQr draw_qr(std::string_view text) {
  const std::string terminated(text);
  const Code code(QRcode_encodeString8bit(terminated.c_str(), 0, QR_ECLEVEL_L));
  if (!code) throw std::runtime_error("a text is too long for a QR code");
  TerminalQr qr;
  const int end = code->width + kQuietZone;
  for (int y = -kQuietZone; y < end; y += 2) {
    qr.lines += kDarkOnLight;
    for (int x = -kQuietZone; x < end; ++x)
      qr.lines += character(is_dark(*code, x, y), is_dark(*code, x, y + 1));
    qr.lines += kPlain;
    ++qr.rows;
  }
  qr.columns = static_cast<std::size_t>(code->width) + 2 * std::size_t{kQuietZone};
  return qr;
}

std::string qr_for_output(std::string_view text) {
  const auto size = output_size();
  if (!size) return {};
  TerminalQr qr = draw_qr(text);
  return fits(qr, *size) ? std::move(qr.lines) : std::string();
}

std::string qr_or_advice(std::string_view text) {
  std::string lines = qr_for_output(text);
  if (!lines.empty() || !output_size()) return lines;
  const TerminalQr qr = draw_qr(text);
  return "This terminal is too small for a QR code: it takes " + std::to_string(qr.columns) +
         " columns and " + std::to_string(qr.rows + 1) + " lines.\n";
}

}  // namespace toopher::tools
