// SPDX-License-Identifier: Apache-2.0
// The credentials file: `key` and `secret` of the requester (root-owned, mode 0600, or 0640 and the helper's
// group).
#ifndef TOOPHER_CONFIG_CREDENTIALS_H
#define TOOPHER_CONFIG_CREDENTIALS_H

#include <string>
#include <string_view>

#include "base/secret.h"

namespace toopher::config {

struct RequesterCredentials {
  std::string key;
  Secret secret;
};

/// `key = …` and `secret = …`, with or without a section header. Throws ConfigError naming `file` and the
/// line.
RequesterCredentials parse_credentials(std::string_view text, const std::string& file);

}  // namespace toopher::config

#endif
