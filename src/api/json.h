// SPDX-License-Identifier: Apache-2.0
// Strict reading of JSON with jansson: limits first, then types, and no null where a value is required.
#ifndef TOOPHER_API_JSON_H
#define TOOPHER_API_JSON_H

#include <jansson.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace toopher::api {

/// Largest JSON text that is read from a peer.
inline constexpr std::size_t kMaxJsonBytes = 65536;

struct JsonDeleter {
  void operator()(json_t* value) const { json_decref(value); }
};
using Json = std::unique_ptr<json_t, JsonDeleter>;

/// A text that is not what it must be; what() names the field and the expected type, never the value.
class JsonError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An object at top level, no duplicate keys, at most kMaxJsonBytes. Throws JsonError.
[[nodiscard]] Json parse_object(std::string_view text);

// Members of an object; throw JsonError when a required one is missing or of another type.
[[nodiscard]] std::string required_string(const json_t* object, const char* name);
[[nodiscard]] bool required_bool(const json_t* object, const char* name);
[[nodiscard]] const json_t* required_object(const json_t* object, const char* name);
/// Missing gives `otherwise`; another type throws.
[[nodiscard]] std::string optional_string(const json_t* object, const char* name, std::string otherwise = {});
[[nodiscard]] std::int64_t optional_integer(const json_t* object, const char* name, std::int64_t otherwise);
[[nodiscard]] bool optional_bool(const json_t* object, const char* name, bool otherwise);

/// Puts `value` into `object` under `name` (ASCII). Throws std::bad_alloc, for a null `value` too.
void set_member(const Json& object, const char* name, Json value);

/// Puts `value` at the end of the array `list`. Throws std::bad_alloc, for a null `value` too.
void append(const Json& list, Json value);

/// A JSON string; text that is not UTF-8 has its wrong bytes replaced by U+FFFD. Throws std::bad_alloc.
[[nodiscard]] Json json_text(std::string_view text);

/// Pure ASCII (\uXXXX), compact: Java clients read answers as ISO-8859-1 otherwise.
[[nodiscard]] std::string dump(const json_t* value);

}  // namespace toopher::api

#endif
