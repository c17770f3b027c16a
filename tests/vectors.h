// SPDX-License-Identifier: Apache-2.0
// Test vectors as data: `name = value` lines, records parted by empty lines, comments with #.
#ifndef TOOPHER_TESTS_VECTORS_H
#define TOOPHER_TESTS_VECTORS_H

#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/text.h"

namespace toopher::tests {

/// One test case; every access checks that the file is complete.
class Vector {
 public:
  void set(std::string_view name, std::string_view value) { fields_[std::string(name)] = std::string(value); }
  [[nodiscard]] bool empty() const { return fields_.empty(); }
  [[nodiscard]] bool has(const std::string& name) const { return fields_.count(name) != 0; }
  [[nodiscard]] const std::string& text(const std::string& name) const { return fields_.at(name); }
  [[nodiscard]] std::string bytes(const std::string& name) const { return hex_decode(text(name)).value(); }
  [[nodiscard]] long long number(const std::string& name) const { return std::stoll(text(name)); }

 private:
  std::map<std::string, std::string> fields_;
};

/// The records of tests/data/`name`. Throws when there are none: a loop over nothing must not pass.
inline std::vector<Vector> read_vectors(const std::string& name) {
  std::ifstream file(std::string(TEST_DATA) + "/" + name);
  std::vector<Vector> vectors(1);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() && !vectors.back().empty()) vectors.emplace_back();
    const auto equals = line.find('=');
    if (line.empty() || line.front() == '#' || equals == std::string::npos) continue;
    const std::string_view view(line);
    vectors.back().set(trim(view.substr(0, equals)), trim(view.substr(equals + 1)));
  }
  if (vectors.back().empty()) vectors.pop_back();
  if (vectors.empty()) throw std::runtime_error(name + " holds no test vectors");
  return vectors;
}

}  // namespace toopher::tests

#endif
