// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstring>

#include "base/utf8.h"

namespace toopher {
namespace {

constexpr std::string_view kUpperHex = "0123456789ABCDEF";
constexpr std::string_view kLowerHex = "0123456789abcdef";

/// RFC 3986 section 2.3.
constexpr std::array<bool, 256> kUnreserved = [] {
  std::array<bool, 256> unreserved{};
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"))
    unreserved[static_cast<unsigned char>(c)] = true;
  return unreserved;
}();

constexpr auto is_unreserved = [](char c) { return kUnreserved[static_cast<unsigned char>(c)]; };

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

char lower_of(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::array<char, 2> hex_of(char c, std::string_view digits) {
  const auto byte = static_cast<unsigned char>(c);
  return {digits[byte >> 4], digits[byte & 15]};
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto c = decode_utf8(text);
    if (!c) return false;
    text.remove_prefix(c->length);
  }
  return true;
}

std::string sanitize_for_display(std::string_view text, std::size_t max_characters) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string out;
  for (std::size_t shown = 0; !text.empty() && shown < max_characters;) {
    const auto c = decode_utf8(text);
    if (!c) {
      out += kReplacement;
      ++shown;
      text.remove_prefix(1);
      continue;
    }
    if (!is_control(c->value)) {
      out += text.substr(0, c->length);
      ++shown;
    }
    text.remove_prefix(c->length);
  }
  return out;
}

std::string escape_for_log(std::string_view text, std::size_t max_bytes) {
  text = text.substr(0, max_bytes);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto c = decode_utf8(text);
    const std::size_t length = c ? c->length : 1;
    const bool plain = c && !is_control(c->value) && c->value != ' ' && c->value != 0xA0 && c->value != '"' &&
                       c->value != '\\';
    for (const char byte : text.substr(0, length)) {
      if (plain) {
        out.push_back(byte);
      } else {
        const auto [high, low] = hex_of(byte, kLowerHex);
        out.append({'\\', 'x', high, low});
      }
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size() * 3);  // never moved: a secret leaves no copy behind
  append_percent_encoded(out, text);
  return out;
}

void append_percent_encoded(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::string_view plain(text.begin(), std::find_if_not(text.begin(), text.end(), is_unreserved));
    out += plain;
    text.remove_prefix(plain.size());
    if (text.empty()) return;
    const auto [high, low] = hex_of(text.front(), kUpperHex);
    out.append({'%', high, low});
    text.remove_prefix(1);
  }
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (;;) {
    const auto percent = text.find('%');
    out.append(text.substr(0, percent));
    if (percent == std::string_view::npos) return out;
    text.remove_prefix(percent + 1);
    if (text.size() < 2) return std::nullopt;
    const int high = hex_value(text[0]);
    const int low = hex_value(text[1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    text.remove_prefix(2);
  }
}

std::string hex_encode(std::string_view bytes) {
  std::string out(bytes.size() * 2, '\0');
  char* end = out.data();
  for (const char c : bytes) {
    for (const char digit : hex_of(c, kLowerHex)) *end++ = digit;
  }
  return out;
}

std::optional<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string_view trim(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string to_lower_ascii(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower_of);
  return out;
}

bool is_ignoring_case(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char c, char of_lower) { return lower_of(c) == of_lower; });
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::uint64_t> parse_decimal(std::string_view text, std::uint64_t max) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value > max)
    return std::nullopt;
  return value;
}

std::string error_text(int error_number) {
  std::array<char, 128> buffer{};
  return ::strerror_r(error_number, buffer.data(), buffer.size());  // the GNU form: returns the text
}

}  // namespace toopher
