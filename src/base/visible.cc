// SPDX-License-Identifier: Apache-2.0
#include "base/visible.h"

#include <algorithm>

#include "base/utf8.h"

namespace toopher {
namespace {

std::string hex(char32_t value, unsigned digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  while (digits-- > 0) text += kDigits[(value >> (4 * digits)) & 15];
  return text;
}

std::string escape(char32_t c) {
  if (c < 0x80) return "\\x" + hex(c, 2);
  return c <= 0xFFFF ? "\\u" + hex(c, 4) : "\\U" + hex(c, 8);
}

/// Appends what `text` begins with, as it is seen, and takes it away; `also` names characters to put a backslash before.
void take_visible(std::string& out, std::string_view& text, std::string_view also) {
  const auto c = decode_utf8(text);
  const std::size_t length = c ? c->length : 1;
  if (!c) {
    out += "\\x" + hex(static_cast<unsigned char>(text.front()), 2);
  } else if (is_invisible(c->value)) {
    out += escape(c->value);
  } else {
    if (also.find(text.front()) != std::string_view::npos) out += '\\';
    out += text.substr(0, length);
  }
  text.remove_prefix(length);
}

bool is_plain(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("%+,-./:=@_").find(c) != std::string_view::npos;
}

bool is_inside(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_inside(c); }));
}

}  // namespace

std::string make_visible(std::string_view text) {
  std::string out;
  while (!text.empty()) take_visible(out, text, "");
  return out;
}

std::string quote_word(std::string_view word) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return std::string(word);
  const std::string visible = make_visible(word);
  if (visible == word && word.find('\'') == std::string_view::npos) return "'" + visible + "'";
  std::string quoted = "$'";
  while (!word.empty()) take_visible(quoted, word, "\\'");
  return quoted + "'";
}

std::string shorten(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  constexpr std::size_t kMark = 48;  // " [... N characters left out ...] " takes no more
  const std::size_t kept = max_bytes - kMark;
  std::size_t end_of_head = kept / 2;
  std::size_t begin_of_tail = text.size() - (kept - end_of_head);
  while (end_of_head > 0 && is_inside(text[end_of_head])) --end_of_head;
  while (begin_of_tail < text.size() && is_inside(text[begin_of_tail])) ++begin_of_tail;
  const std::string_view left_out = text.substr(end_of_head, begin_of_tail - end_of_head);
  return std::string(text.substr(0, end_of_head)) + " [... " + std::to_string(characters(left_out)) +
         " characters left out ...] " + std::string(text.substr(begin_of_tail));
}

}  // namespace toopher
