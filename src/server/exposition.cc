// SPDX-License-Identifier: Apache-2.0
#include "server/exposition.h"

#include <array>
#include <charconv>

namespace toopher::server {

namespace {

std::string number(double value) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), end};
}

/// In a label's value a backslash, a quotation mark and a line feed are escaped.
void append_escaped(std::string& text, std::string_view value) {
  for (const char c : value) {
    if (c == '\n') {
      text += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') text += '\\';
    text += c;
  }
}

}  // namespace

void Exposition::family(std::string_view name, std::string_view type, std::string_view help) {
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
  text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void Exposition::line(std::string_view name, Labels labels, std::string_view value) {
  text_ += name;
  const char* before = "{";
  for (const auto& [label, content] : labels) {
    text_.append(before).append(label).append("=\"");
    append_escaped(text_, content);
    text_ += '"';
    before = ",";
  }
  if (labels.size() > 0) text_ += '}';
  text_.append(" ").append(value).append("\n");
}

void Exposition::sample(std::string_view name, Labels labels, std::uint64_t value) {
  line(name, labels, std::to_string(value));
}

void Exposition::counter(std::string_view name, std::string_view help, const Counter& counter) {
  family(name, "counter", help);
  sample(name, {}, counter.value());
}

void Exposition::gauge(std::string_view name, std::string_view help, double value) {
  family(name, "gauge", help);
  line(name, {}, number(value));
}

void Exposition::info(std::string_view name, std::string_view help, Labels labels) {
  family(name, "gauge", help);
  sample(name, labels, 1);
}

void Exposition::histogram(std::string_view name, std::string_view help, const Histogram& histogram) {
  family(name, "histogram", help);
  const std::string bucket = std::string(name) + "_bucket";
  const auto& bounds = histogram.bounds();
  for (std::size_t i = 0; i < bounds.size(); ++i)
    sample(bucket, {{"le", number(bounds[i])}}, histogram.up_to(i));
  // Read once, so that both agree though others count meanwhile.
  const std::uint64_t all = histogram.up_to(bounds.size());
  sample(bucket, {{"le", "+Inf"}}, all);
  line(std::string(name) + "_sum", {}, number(histogram.sum()));
  sample(std::string(name) + "_count", {}, all);
}

}  // namespace toopher::server
