// SPDX-License-Identifier: Apache-2.0
#include "api/json.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

#include "api/json_writer.h"
#include "base/text.h"

namespace toopher::api {
namespace {

struct FreeDeleter {
  void operator()(char* text) const { std::free(text); }  // NOLINT(cppcoreguidelines-no-malloc): json_dumps's
};

[[noreturn]] void wrong_type(const char* name, const char* expected) {
  throw JsonError(std::string("`") + name + "` is missing or not " + expected);
}

std::string text_of(const json_t* value) {
  return {json_string_value(value), json_string_length(value)};
}

void append(std::string& out, const json_t* value);

void append_object(std::string& out, json_t* object) {
  char before = '{';
  for (void* at = json_object_iter(object); at != nullptr; at = json_object_iter_next(object, at)) {
    out += std::exchange(before, ',');
    append_json_string(out, json_object_iter_key(at));
    out += ':';
    append(out, json_object_iter_value(at));
  }
  if (before == '{') out += before;
  out += '}';
}

void append_array(std::string& out, const json_t* array) {
  out += '[';
  for (std::size_t i = 0; i < json_array_size(array); ++i) {
    if (i != 0) out += ',';
    append(out, json_array_get(array, i));
  }
  out += ']';
}

void append_real(std::string& out, const json_t* real) {
  const std::unique_ptr<char, FreeDeleter> text(json_dumps(real, JSON_ENCODE_ANY));
  if (!text) throw std::bad_alloc();
  out += text.get();
}

// jansson's own writer looks at each character several times, which was a sixth of what a login cost the server.
void append(std::string& out, const json_t* value) {
  switch (json_typeof(value)) {
    case JSON_OBJECT:
      return append_object(out, const_cast<json_t*>(value));  // jansson's iterators take no const
    case JSON_ARRAY:
      return append_array(out, value);
    case JSON_STRING:
      return append_json_string(out, {json_string_value(value), json_string_length(value)});
    case JSON_INTEGER:
      out += std::to_string(json_integer_value(value));
      return;
    case JSON_REAL:
      return append_real(out, value);
    case JSON_TRUE:
      out += "true";
      return;
    case JSON_FALSE:
      out += "false";
      return;
    case JSON_NULL:
      out += "null";
      return;
  }
}

std::string replace_wrong_bytes(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  constexpr std::size_t kLongestSequence = 4;
  std::string out;
  while (!text.empty()) {
    std::size_t length = 1;
    while (length <= kLongestSequence && !is_valid_utf8(text.substr(0, length))) ++length;
    const bool valid = length <= kLongestSequence;
    out += valid ? text.substr(0, length) : kReplacement;
    text.remove_prefix(valid ? std::min(length, text.size()) : 1);
  }
  return out;
}

}  // namespace

Json parse_object(std::string_view text) {
  if (text.size() > kMaxJsonBytes)
    throw JsonError("JSON text is longer than " + std::to_string(kMaxJsonBytes) + " bytes");
  json_error_t error;
  // jansson's message quotes the text, so only the place is told.
  Json value(json_loadb(text.data(), text.size(), JSON_REJECT_DUPLICATES, &error));
  if (!value)
    throw JsonError("not a JSON object (line " + std::to_string(error.line) + ", column " +
                    std::to_string(error.column) + ")");
  if (!json_is_object(value.get())) throw JsonError("JSON text is not an object");
  return value;
}

std::string required_string(const json_t* object, const char* name) {
  const json_t* value = json_object_get(object, name);
  if (!json_is_string(value)) wrong_type(name, "a string");
  return text_of(value);
}

bool required_bool(const json_t* object, const char* name) {
  const json_t* value = json_object_get(object, name);
  if (!json_is_boolean(value)) wrong_type(name, "a boolean");
  return json_is_true(value);
}

const json_t* required_object(const json_t* object, const char* name) {
  const json_t* value = json_object_get(object, name);
  if (!json_is_object(value)) wrong_type(name, "an object");
  return value;
}

std::string optional_string(const json_t* object, const char* name, std::string otherwise) {
  return json_object_get(object, name) == nullptr ? std::move(otherwise) : required_string(object, name);
}

std::int64_t optional_integer(const json_t* object, const char* name, std::int64_t otherwise) {
  const json_t* value = json_object_get(object, name);
  if (value == nullptr) return otherwise;
  if (!json_is_integer(value)) wrong_type(name, "an integer");
  return json_integer_value(value);
}

bool optional_bool(const json_t* object, const char* name, bool otherwise) {
  return json_object_get(object, name) == nullptr ? otherwise : required_bool(object, name);
}

void set_member(const Json& object, const char* name, Json value) {
  if (json_object_set_new_nocheck(object.get(), name, value.release()) != 0) throw std::bad_alloc();
}

void append(const Json& list, Json value) {
  if (json_array_append_new(list.get(), value.release()) != 0) throw std::bad_alloc();
}

Json json_text(std::string_view text) {
  const std::string repaired = is_valid_utf8(text) ? std::string() : replace_wrong_bytes(text);
  if (!repaired.empty()) text = repaired;
  const char* data = text.data() == nullptr ? "" : text.data();
  Json value(json_stringn_nocheck(data, text.size()));
  if (!value) throw std::bad_alloc();
  return value;
}

std::string dump(const json_t* value) {
  if (value == nullptr) throw std::bad_alloc();
  constexpr std::size_t kUsual = 2048;
  std::string out;
  out.reserve(kUsual);
  append(out, value);
  return out;
}

}  // namespace toopher::api
