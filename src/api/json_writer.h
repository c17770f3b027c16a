// SPDX-License-Identifier: Apache-2.0
// JSON written straight into a text: what each login costs the server is not built as a tree first.
#ifndef TOOPHER_API_JSON_WRITER_H
#define TOOPHER_API_JSON_WRITER_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace toopher::api {

/// Appends `text` as a JSON string (RFC 8259, section 7) in pure ASCII: Java clients read answers as ISO-8859-1 otherwise.
/// Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Writes one value, compact and in pure ASCII. The caller closes what it opens, and gives each member of an object a name
/// (ASCII, not escaped) before its value.
class JsonWriter {
 public:
  static constexpr std::size_t kAnswerOfLogin = 1536;

  /// `usual`: bytes that it mostly has room for without moving.
  explicit JsonWriter(std::size_t usual = kAnswerOfLogin);

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& name(std::string_view its_name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag) { return literal(flag ? "true" : "false"); }
  JsonWriter& value(int number) { return value(std::int64_t{number}); }
  JsonWriter& value(std::int64_t number) { return literal(std::to_string(number)); }

  template <typename Value>
  JsonWriter& member(std::string_view its_name, const Value& its_value) {
    return name(its_name).value(its_value);
  }

  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  void separate();
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& literal(std::string_view text);

  std::string text_;
  bool first_ = true;  // nothing stands before the next value in its object or array
};

}  // namespace toopher::api

#endif
