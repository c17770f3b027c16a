// SPDX-License-Identifier: Apache-2.0
// INI files, read strictly: an error names file and line, and nothing is guessed.
//
// An own reader, because inih (the packaged one) splits a line above 199 bytes in two, stops at a NUL byte,
// and calls back alike for a continued line and for a duplicate key; each of these must be an error here.
#ifndef TOOPHER_CONFIG_INI_H
#define TOOPHER_CONFIG_INI_H

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace toopher::config {

/// what() is `FILE:LINE: what is wrong; what to do`. Never holds a value of a secret.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  ConfigError(const std::string& file, std::size_t line, const std::string& message)
      : std::runtime_error(file + ":" + std::to_string(line) + ": " + message) {}
};

struct IniEntry {
  std::string section;  ///< as written; "" before the first header
  std::string key;      ///< lower case
  std::string value;    ///< trimmed, without comment and quotes; continuation lines joined by a blank
  std::size_t line = 0;
};

/// Entries in the order of the file. `#` and `;` start comments, behind a value after a blank; `key = value` or `key: value`,
/// the value as it is or in single or double quotes; an indented line that does not read `key = value` continues the value
/// above. So the files of the earlier Toopher module, which ConfigObj read, mean the same here.
/// Throws ConfigError for NUL and other control characters, text that is not UTF-8, a line above 4096 bytes, a line that is
/// none of these, and a key that occurs twice in a section.
std::vector<IniEntry> parse_ini(std::string_view text, const std::string& file);

}  // namespace toopher::config

#endif
