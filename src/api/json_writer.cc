// SPDX-License-Identifier: Apache-2.0
#include "api/json_writer.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/utf8.h"

namespace toopher::api {
namespace {

/// RFC 8259 section 7: characters beyond the basic plane are two halves.
void append_escaped(std::string& out, char32_t c) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  if (c >= 0x10000) {
    append_escaped(out, 0xD800 + ((c - 0x10000) >> 10));
    c = 0xDC00 + ((c - 0x10000) & 0x3FF);
  }
  out += "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) out += kHex[(c >> shift) & 0x0F];
}

void append_character(std::string& out, char32_t c) {
  constexpr std::string_view kNamed = "\"\\\b\f\n\r\t";
  constexpr std::string_view kNames = "\"\\bfnrt";
  const auto named = c < 0x80 ? kNamed.find(static_cast<char>(c)) : std::string_view::npos;
  if (named == std::string_view::npos) return append_escaped(out, c);
  out += '\\';
  out += kNames[named];
}

constexpr std::array<bool, 256> kStandsForItself = [] {
  std::array<bool, 256> stands{};
  for (std::size_t c = 0x20; c < 0x80; ++c) stands[c] = c != '"' && c != '\\';
  return stands;
}();

constexpr auto stands_for_itself = [](char c) { return kStandsForItself[static_cast<unsigned char>(c)]; };

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto* const plain_end = std::find_if_not(text.begin(), text.end(), stands_for_itself);
    const std::string_view plain(text.begin(), plain_end);
    out += plain;
    text.remove_prefix(plain.size());
    if (text.empty()) break;
    const auto c = decode_utf8(text);
    append_character(out, c ? c->value : 0xFFFD);
    text.remove_prefix(c ? c->length : 1);
  }
  out += '"';
}

JsonWriter::JsonWriter(std::size_t usual) {
  text_.reserve(usual);
}

void JsonWriter::separate() {
  if (!first_) text_ += ',';
  first_ = false;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  text_ += bracket;
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::name(std::string_view its_name) {
  text_ += first_ ? std::string_view("\"") : std::string_view(",\"");
  text_ += its_name;
  text_ += "\":";
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  append_json_string(text_, text);
  return *this;
}

JsonWriter& JsonWriter::literal(std::string_view text) {
  separate();
  text_ += text;
  return *this;
}

}  // namespace toopher::api
