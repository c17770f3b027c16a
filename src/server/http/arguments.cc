// SPDX-License-Identifier: Apache-2.0
#include "server/http/arguments.h"

#include <limits>

#include "base/text.h"
#include "server/service/context.h"

namespace toopher::server {

namespace {

/// No database takes other texts, and no rule would know what to do with them.
const std::string& checked(const oauth::Parameter& parameter) {
  if (!is_valid_utf8(parameter.value) || parameter.value.find('\0') != std::string::npos)
    refuse(400, parameter.name + " is not valid UTF-8 text.");
  return parameter.value;
}

}  // namespace

std::string Arguments::text(std::string_view name, std::string_view other_name,
                            std::string_view third_name) const {
  for (const std::string_view wanted : {name, other_name, third_name}) {
    for (const auto& parameter : parameters_) {
      if (parameter.name == wanted && !parameter.value.empty()) return checked(parameter);
    }
  }
  return {};
}

std::optional<bool> Arguments::flag(std::string_view name) const {
  const std::string value = to_lower_ascii(text(name));
  if (value.empty()) return std::nullopt;
  if (value == "true" || value == "1") return true;
  if (value == "false" || value == "0") return false;
  refuse(400, std::string(name) + " must be true or false.");
}

int Arguments::number(std::string_view name) const {
  const std::string value = text(name);
  if (value.empty()) return 0;
  const auto parsed = parse_decimal(value, std::numeric_limits<int>::max());
  if (!parsed || *parsed == 0) refuse(400, std::string(name) + " must be a number.");
  return static_cast<int>(*parsed);
}

}  // namespace toopher::server
