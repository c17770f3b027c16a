// SPDX-License-Identifier: Apache-2.0
#include "config/credentials.h"

#include "config/ini.h"

namespace toopher::config {

RequesterCredentials parse_credentials(std::string_view text, const std::string& file) {
  RequesterCredentials credentials;
  for (IniEntry& entry : parse_ini(text, file)) {
    // The name of an unknown key may be a secret that lost its `secret =`, so it is not repeated.
    if (entry.key != "key" && entry.key != "secret")
      throw ConfigError(file, entry.line, "only `key` and `secret` are known here");
    if (entry.value.empty()) throw ConfigError(file, entry.line, entry.key + " is empty");
    if (entry.key == "key") {
      if (!credentials.key.empty()) throw ConfigError(file, entry.line, "key is set twice");
      credentials.key = entry.value;
    } else {
      if (!credentials.secret.empty()) throw ConfigError(file, entry.line, "secret is set twice");
      credentials.secret = Secret::take(entry.value);
    }
  }
  if (credentials.key.empty())
    throw ConfigError(file + ": `key` is missing; it is the requester's consumer key");
  if (credentials.secret.empty())
    throw ConfigError(file + ": `secret` is missing; it is the requester's secret");
  return credentials;
}

}  // namespace toopher::config
