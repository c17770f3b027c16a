// SPDX-License-Identifier: Apache-2.0
#include "config/ini.h"

#include <algorithm>

#include "base/text.h"

namespace toopher::config {
namespace {

constexpr std::size_t kMaxLine = 4096;

void check_line(std::string_view line, const std::string& file, std::size_t number) {
  if (line.size() > kMaxLine)
    throw ConfigError(file, number, "the line is longer than " + std::to_string(kMaxLine) + " bytes");
  const auto plain = [](char c) { return (c >= 0x20 && c < 0x7F) || c == '\t'; };
  if (std::all_of(line.begin(), line.end(), plain)) return;
  const bool control = std::any_of(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  });
  if (control) throw ConfigError(file, number, "a NUL byte or another control character is not allowed");
  if (!is_valid_utf8(line)) throw ConfigError(file, number, "the line is not valid UTF-8");
}

/// A `;` or `#` that follows a blank starts a comment; one inside a word belongs to the value.
std::string_view without_inline_comment(std::string_view value) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool sign = value[i] == ';' || value[i] == '#';
    if (sign && (i == 0 || value[i - 1] == ' ' || value[i - 1] == '\t')) return value.substr(0, i);
  }
  return value;
}

bool is_comment(std::string_view content) {
  return content.empty() || content.front() == '#' || content.front() == ';';
}

bool is_quoted(std::string_view value) {
  return value.starts_with('"') || value.starts_with('\'');
}

/// `text` follows the separator.
std::string read_value(std::string_view text, const std::string& file, std::size_t number) {
  const std::string_view value = trim(text);
  if (!is_quoted(value)) return std::string(trim(without_inline_comment(value)));
  const auto end = value.find(value.front(), 1);
  if (end == std::string_view::npos || !is_comment(trim(value.substr(end + 1))))
    throw ConfigError(file, number, "a value in quotes ends with the same quote, and nothing follows it");
  return std::string(value.substr(1, end - 1));
}

/// Whether an indented line is a key of its own, as in the earlier Toopher files, and no address or word that continues a value.
bool looks_like_a_key(std::string_view content) {
  const auto name = trim(content.substr(0, content.find('=')));
  return name.size() < content.size() && !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_' || c == '.';
         });
}

std::string read_section(std::string_view line, const std::string& file, std::size_t number) {
  const auto end = line.find(']');
  if (end == std::string_view::npos)
    throw ConfigError(file, number, "a section needs a closing bracket, as in [Options]");
  if (!is_comment(trim(line.substr(end + 1))))
    throw ConfigError(file, number, "text after the section's closing bracket");
  return std::string(trim(line.substr(1, end - 1)));
}

}  // namespace

std::vector<IniEntry> parse_ini(std::string_view text, const std::string& file) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<IniEntry> entries;
  std::string section;
  bool may_continue = false;
  std::size_t number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    check_line(line, file, number);
    const std::string_view content = trim(line);
    if (content.empty()) {
      may_continue = false;
      continue;
    }
    if (is_comment(content)) continue;
    const bool indented = line.front() == ' ' || line.front() == '\t';
    if (indented && content.front() != '[' && !looks_like_a_key(content)) {
      if (!may_continue)
        throw ConfigError(file, number, "an indented line continues nothing; remove the blanks");
      const auto more = trim(without_inline_comment(content));
      if (!more.empty())
        entries.back().value += entries.back().value.empty() ? std::string(more) : " " + std::string(more);
      continue;
    }
    if (content.front() == '[') {
      section = read_section(content, file, number);
      may_continue = false;
      continue;
    }
    const auto separator = content.find_first_of("=:");
    if (separator == std::string_view::npos || trim(content.substr(0, separator)).empty())
      throw ConfigError(file, number, "expected `key = value`, a [section] or a comment");
    const std::string_view value = content.substr(separator + 1);
    IniEntry entry{section, to_lower_ascii(trim(content.substr(0, separator))),
                   read_value(value, file, number), number};
    const auto twin = std::find_if(entries.begin(), entries.end(), [&](const IniEntry& other) {
      return other.section == entry.section && other.key == entry.key;
    });
    if (twin != entries.end())
      throw ConfigError(file, number, entry.key + " was already set in line " + std::to_string(twin->line));
    entries.push_back(std::move(entry));
    may_continue = !is_quoted(trim(value));
  }
  return entries;
}

}  // namespace toopher::config
