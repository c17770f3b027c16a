// SPDX-License-Identifier: Apache-2.0
// The parameters of one call of the Toopher API v1. An empty value means an absent one: many client libraries send those.
#ifndef TOOPHER_SERVER_HTTP_ARGUMENTS_H
#define TOOPHER_SERVER_HTTP_ARGUMENTS_H

#include <optional>
#include <string>
#include <string_view>

#include "oauth/parameters.h"

namespace toopher::server {

class Arguments {
 public:
  /// `parameters` must outlive it.
  explicit Arguments(const oauth::Parameters& parameters) : parameters_(parameters) {}

  /// The first value that is not empty, under the first of the names that has one; "" if there is none.
  /// Throws Refused (400) for a value that is not UTF-8.
  [[nodiscard]] std::string text(std::string_view name, std::string_view other_name = {},
                                 std::string_view third_name = {}) const;
  /// true, True, 1, false, False, 0; nothing if absent. Throws Refused (400) for anything else.
  [[nodiscard]] std::optional<bool> flag(std::string_view name) const;
  /// From 1 to INT_MAX; 0 if absent. Throws Refused (400) for anything else.
  [[nodiscard]] int number(std::string_view name) const;

 private:
  const oauth::Parameters& parameters_;
};

}  // namespace toopher::server

#endif
