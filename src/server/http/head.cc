// SPDX-License-Identifier: Apache-2.0
#include "server/http/head.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace toopher::server {

namespace {

constexpr std::string_view kLineEnd = "\r\n";

/// By byte. Each byte of a request's head is looked up, so that none costs a call.
using Characters = std::array<bool, 256>;

/// RFC 9110 section 5.6.2.
constexpr Characters kToken = [] {
  Characters are{};
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) are[static_cast<unsigned char>(c)] = true;
  for (char c = '0'; c <= '9'; ++c) are[static_cast<unsigned char>(c)] = true;
  for (char c = 'a'; c <= 'z'; ++c) are[static_cast<unsigned char>(c)] = true;
  for (char c = 'A'; c <= 'Z'; ++c) are[static_cast<unsigned char>(c)] = true;
  return are;
}();

constexpr auto is_token_character = [](char c) { return kToken[static_cast<unsigned char>(c)]; };

constexpr Characters kControl = [] {
  Characters are{};
  for (std::size_t c = 0; c < 0x20; ++c) are[c] = c != '\t';
  are[0x7f] = true;
  return are;
}();

constexpr auto is_control = [](char c) { return kControl[static_cast<unsigned char>(c)]; };

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_control);
}

/// Blanks and tabs only, which a field's value may have around it (RFC 9110 section 5.6.3).
std::string_view without_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// What the fields say about the message's borders.
class Framing {
 public:
  /// False if the line is no field, or contradicts one before.
  bool take(std::string_view line, std::size_t at) {
    const auto colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos) return false;
    const std::string_view name = line.substr(0, colon);
    if (!std::all_of(name.begin(), name.end(), is_token_character)) return false;
    const std::string_view rest = line.substr(colon + 1);
    if (has_control(rest)) return false;
    ++fields_;
    if (is_ignoring_case(name, "host")) return ++hosts_ == 1;
    if (is_ignoring_case(name, "content-length")) {
      length_at_ = at;
      return ++lengths_ == 1 && is_number(without_blanks(rest));
    }
    if (is_ignoring_case(name, "transfer-encoding"))
      return ++encodings_ == 1 && is_ignoring_case(without_blanks(rest), "chunked");
    return true;
  }
  [[nodiscard]] std::size_t fields() const { return fields_; }
  [[nodiscard]] bool has_host() const { return hosts_ == 1; }
  [[nodiscard]] bool chunked() const { return encodings_ == 1; }
  [[nodiscard]] bool both() const { return encodings_ == 1 && lengths_ == 1; }
  [[nodiscard]] std::size_t length_at() const { return length_at_; }

 private:
  std::size_t fields_ = 0;
  std::size_t hosts_ = 0;
  std::size_t lengths_ = 0;
  std::size_t encodings_ = 0;
  std::size_t length_at_ = 0;
};

}  // namespace

bool is_no_head(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return is_control(c) && c != '\r' && c != '\n'; });
}

HeadVerdict check_head(std::string& head) {
  constexpr HeadVerdict kBroken{400, true};
  std::string_view rest(head);
  const auto next_line = [&rest] {
    const std::string_view line = rest.substr(0, rest.find(kLineEnd));
    rest.remove_prefix(line.size() + kLineEnd.size());
    return line;
  };
  const std::string_view request_line = next_line();
  if (has_control(request_line)) return kBroken;
  const bool modern = request_line.ends_with(" HTTP/1.1");
  if (!modern && !request_line.ends_with(" HTTP/1.0")) return kBroken;
  Framing framing;
  for (;;) {
    const std::size_t at = head.size() - rest.size();
    const std::string_view line = next_line();
    if (line.empty()) break;
    if (!framing.take(line, at)) return kBroken;
    if (framing.fields() > kMaxFields) return {431, true};
  }
  if (modern && !framing.has_host()) return kBroken;
  if (!modern && framing.chunked()) return kBroken;
  if (!framing.both()) return {};
  head.erase(framing.length_at(),
             head.find(kLineEnd, framing.length_at()) + kLineEnd.size() - framing.length_at());
  return {0, true};
}

}  // namespace toopher::server
