// SPDX-License-Identifier: Apache-2.0
// Files that an administrator, or a person, writes. A wrong one is an error with file and line, never another meaning.
#include <string>

#include "config/config.h"
#include "config/credentials.h"
#include "config/pairings.h"
#include "fuzz/targets.h"
#include "server/server_config.h"

namespace toopher::fuzz {

namespace {

/// Runs `parse`, which may throw ConfigError, with the file's name, and nothing else.
template <typename Parse>
void refuse_or_accept(Parse parse) {
  try {
    parse();
  } catch (const config::ConfigError& error) {
    require(std::string_view(error.what()).starts_with("file"), "an error names its file");
  }
}

}  // namespace

void config(std::string_view input) {
  refuse_or_accept([&] {
    const config::Config parsed = config::parse_config(input, "file");
    require(!parsed.api.base_urls.empty(), "a configuration has a server");
    for (const std::string& url : parsed.api.base_urls)
      require(url.starts_with("https://") || url.starts_with("http://"), "a server is reached by HTTP");
    require(parsed.options.otp_tries >= 1 && parsed.options.otp_tries <= 10, "tries are limited");
  });
  refuse_or_accept([&] {
    const auto parsed = config::parse_credentials(input, "file");
    require(!parsed.key.empty() && !parsed.secret.empty(), "credentials have key and secret");
  });
  refuse_or_accept([&] { (void)config::pairing_id_for(input, "file", "host.example.org"); });
  refuse_or_accept([&] { (void)server::parse_server_config(input, "file"); });
}

}  // namespace toopher::fuzz
