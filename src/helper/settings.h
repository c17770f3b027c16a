// SPDX-License-Identifier: Apache-2.0
// The helper's files: opened and checked with root's eyes, believed and parsed without its rights.
#ifndef TOOPHER_HELPER_SETTINGS_H
#define TOOPHER_HELPER_SETTINGS_H

#include <optional>
#include <string>

#include "base/unique_fd.h"
#include "client/requests.h"
#include "config/config.h"
#include "helper/start.h"
#include "offline/state_directory.h"

namespace toopher::helper {

/// Checked files. The configuration is parsed already, because it names the others.
struct OpenFiles {
  config::Config config;
  UniqueFd credentials;
  UniqueFd ca;                                   ///< only with ca-file
  UniqueFd revocation_lists;                     ///< only with crl-file
  std::optional<offline::StateDirectory> state;  ///< only with offline-codes
};

/// `reader` is the user who may read the credentials through its group. `passed_credentials`, unless empty, is a copy
/// that systemd made for this process, and read instead of the file that the configuration names. Throws FileError or
/// config::ConfigError.
[[nodiscard]] OpenFiles open_files(const std::string& config_file, const std::optional<Identity>& reader,
                                   const std::string& passed_credentials);

/// Parses what was opened. Throws FileError or config::ConfigError.
[[nodiscard]] client::Requester read_requester(const OpenFiles& files);

}  // namespace toopher::helper

#endif
