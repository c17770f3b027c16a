// SPDX-License-Identifier: Apache-2.0
#include "helper/protocol.h"

#include <algorithm>
#include <stdexcept>

#include "base/text.h"

namespace toopher::helper {
namespace {

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 32 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

/// Whatever else a value holds is percent-encoded.
bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

Message& Message::set(std::string_view key, std::string_view value) & {
  if (!value.empty()) fields_.insert_or_assign(std::string(key), Secret(value));
  return *this;
}

std::string_view Message::get(std::string_view key) const {
  const auto field = fields_.find(key);
  return field == fields_.end() ? std::string_view() : field->second.view();
}

Secret Message::to_line() const {
  std::size_t longest = verb_.size() + 1;
  for (const auto& [key, value] : fields_) longest += key.size() + 2 + 3 * value.size();
  std::string line;
  line.reserve(longest);  // growing would leave copies of a code behind
  line += verb_;
  for (const auto& [key, value] : fields_) {
    std::string encoded = percent_encode(value.view());
    line += ' ';
    line += key;
    line += '=';
    line += encoded;
    wipe(encoded);
  }
  line += '\n';
  Secret result = Secret::take(line);
  if (result.size() > kMaxLine) throw std::length_error("a line of the helper's protocol is too long");
  return result;
}

std::optional<Message> Message::from_line(std::string_view line) {
  if (line.size() >= kMaxLine || !is_printable_ascii(line)) return std::nullopt;
  const auto words = split(line, ' ');
  if (!is_word(words.front())) return std::nullopt;
  Message message(words.front());
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const auto key = words[i].substr(0, equals);
    auto value = percent_decode(words[i].substr(equals + 1));
    if (!is_word(key) || !value || value->empty() || message.has(key)) return std::nullopt;
    message.set(key, *value);
    wipe(*value);
  }
  return message;
}

}  // namespace toopher::helper
