// SPDX-License-Identifier: Apache-2.0
// The text that devices sign: a kind and its fields, one a line.
#ifndef TOOPHER_DEVICE_LINES_H
#define TOOPHER_DEVICE_LINES_H

#include <initializer_list>
#include <string>
#include <string_view>

namespace toopher::device {

/// Each field, ended by a line feed.
[[nodiscard]] inline std::string lines(std::initializer_list<std::string_view> fields) {
  std::string text;
  for (const std::string_view field : fields) {
    text += field;
    text += '\n';
  }
  return text;
}

}  // namespace toopher::device

#endif
