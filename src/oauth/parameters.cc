// SPDX-License-Identifier: Apache-2.0
#include "oauth/parameters.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace toopher::oauth {
namespace {

constexpr std::size_t kUsual = 12;  // parameters in one place; more may come

std::optional<std::string> decode_form_text(std::string_view text) {
  if (text.find('+') == std::string_view::npos) return percent_decode(text);
  std::string blanks(text);
  std::replace(blanks.begin(), blanks.end(), '+', ' ');
  return percent_decode(blanks);
}

void skip_blanks(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
}

/// RFC 9110 section 5.6.4, as far as it is needed: the text between two quotes, still escaped.
std::optional<std::string_view> take_quoted(std::string_view& text) {
  if (text.empty() || text.front() != '"') return std::nullopt;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7F) return std::nullopt;
    if (c == '\\') {
      ++i;
    } else if (c == '"') {
      const std::string_view value = text.substr(1, i - 1);
      text.remove_prefix(i + 1);
      return value;
    }
  }
  return std::nullopt;
}

constexpr auto is_no_part_of_name = [](char c) {
  return c == ' ' || c == '\t' || c == ',' || c == '"' || c == '\\';
};

/// One `name="value"`, decoded, from the start of `text`.
std::optional<Parameter> take_header_parameter(std::string_view& text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) return std::nullopt;
  const std::string_view name = text.substr(0, equals);
  if (std::any_of(name.begin(), name.end(), is_no_part_of_name)) return std::nullopt;
  text.remove_prefix(equals + 1);
  const auto value = take_quoted(text);
  if (!value) return std::nullopt;
  // realm is an HTTP quoted-string and the only one that is not percent-encoded.
  constexpr std::string_view kRealm = "realm";
  if (is_ignoring_case(name, kRealm)) return Parameter{std::string(kRealm), {}};
  auto decoded_name = percent_decode(name);
  auto decoded_value = percent_decode(*value);
  if (!decoded_name || !decoded_value) return std::nullopt;
  return Parameter{std::move(*decoded_name), std::move(*decoded_value)};
}

}  // namespace

std::optional<Parameters> parse_form(std::string_view text) {
  Parameters parameters;
  if (!text.empty()) parameters.reserve(kUsual);
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = decode_form_text(pair.substr(0, equals));
    auto value =
        decode_form_text(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
    if (!name || !value) return std::nullopt;
    parameters.push_back({std::move(*name), std::move(*value)});
  }
  return parameters;
}

std::string to_form(const Parameters& parameters) {
  std::string text;
  for (const Parameter& parameter : parameters) {
    if (!text.empty()) text += '&';
    text += percent_encode(parameter.name) + "=" + percent_encode(parameter.value);
  }
  return text;
}

std::optional<Parameters> parse_authorization_header(std::string_view value) {
  constexpr std::string_view kScheme = "oauth ";
  if (!is_ignoring_case(value.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  value.remove_prefix(kScheme.size());
  skip_blanks(value);
  Parameters parameters;
  parameters.reserve(kUsual);
  while (!value.empty() || parameters.empty()) {
    auto parameter = take_header_parameter(value);
    if (!parameter) return std::nullopt;
    if (parameter->name != "realm") parameters.push_back(std::move(*parameter));
    skip_blanks(value);
    if (value.empty()) break;
    if (value.front() != ',') return std::nullopt;
    value.remove_prefix(1);
    skip_blanks(value);
  }
  return parameters;
}

const std::string* find(const Parameters& parameters, std::string_view name) {
  for (const Parameter& parameter : parameters)
    if (parameter.name == name) return &parameter.value;
  return nullptr;
}

}  // namespace toopher::oauth
