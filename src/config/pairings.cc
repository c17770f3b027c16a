// SPDX-License-Identifier: Apache-2.0
#include "config/pairings.h"

#include "base/text.h"

namespace toopher::config {
namespace {

constexpr const char* kShared = "shared-pairing-id";

/// 8-4-4-4-12 hexadecimal digits, as each Toopher server makes them.
bool is_pairing_id(std::string_view text) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hex = std::string_view("0123456789abcdefABCDEF").find(text[i]) != std::string_view::npos;
    if (kForm[i] == '-' ? text[i] != '-' : !hex) return false;
  }
  return true;
}

}  // namespace

std::string pairing_id_for(std::string_view text, const std::string& file, std::string_view host) {
  std::string own;
  std::string shared;
  for (const IniEntry& entry : parse_ini(text, file)) {
    if (entry.section != "Pairings")
      throw ConfigError(file, entry.line, "pairings stand in [Pairings], as HOST = PAIRING-ID");
    if (entry.key == kShared && (entry.value.empty() || entry.value == "None")) continue;
    if (!is_pairing_id(entry.value))
      throw ConfigError(file, entry.line, entry.key + ": the value is not the id of a pairing");
    if (entry.key == kShared) shared = to_lower_ascii(entry.value);
    if (entry.key == to_lower_ascii(host)) own = to_lower_ascii(entry.value);
  }
  return own.empty() ? shared : own;
}

}  // namespace toopher::config
