// SPDX-License-Identifier: Apache-2.0
// error_code and reason_code, which some Toopher servers send as text. For this room only.
#ifndef TOOPHER_API_NUMBERS_H
#define TOOPHER_API_NUMBERS_H

#include <climits>

#include "api/json.h"
#include "base/text.h"

namespace toopher::api {

/// An integer or a text of digits, 0 to INT_MAX; 0 if missing. Throws JsonError.
[[nodiscard]] inline int code_number(const json_t* object, const char* name) {
  std::int64_t number = -1;
  if (json_is_string(json_object_get(object, name))) {
    if (const auto parsed = parse_decimal(required_string(object, name), INT_MAX))
      number = static_cast<std::int64_t>(*parsed);
  } else {
    number = optional_integer(object, name, 0);
  }
  if (number < 0 || number > INT_MAX) throw JsonError(std::string("`") + name + "` is not a code number");
  return static_cast<int>(number);
}

}  // namespace toopher::api

#endif
