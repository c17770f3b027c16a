// SPDX-License-Identifier: Apache-2.0
// The commands of toopher-authenticator; each returns the exit status.
#ifndef TOOPHER_TOOLS_AUTHENTICATOR_COMMANDS_H
#define TOOPHER_TOOLS_AUTHENTICATOR_COMMANDS_H

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "tools/authenticator_device.h"
#include "tools/device_state.h"

namespace toopher::tools {

/// What the command line says; empty texts were not given.
struct CommandOptions {
  Registration registration;
  std::string link;  ///< of an enrolment; empty: pair by a phrase
  bool yes = false;
  std::string id;  ///< a request's, or its beginning
  std::optional<std::string> number;
  bool not_me = false;
  int remember_days = 0;
  std::chrono::seconds wait{0};  ///< for a request that is not there yet
  std::string pairing;
  std::string user;
  bool quiet = false;
  std::vector<std::string> words;  ///< behind the command
};

int run_pair(const StateDirectory& directory, const CommandOptions& options);
int run_watch(const StateDirectory& directory, const CommandOptions& options);
int run_approve(const StateDirectory& directory, const CommandOptions& options);
int run_deny(const StateDirectory& directory, const CommandOptions& options);
int run_otp(const StateDirectory& directory, const CommandOptions& options);
int run_list(const StateDirectory& directory, const CommandOptions& options);
int run_rules(const StateDirectory& directory, const CommandOptions& options);
int run_pending(const StateDirectory& directory, const CommandOptions& options);

}  // namespace toopher::tools

#endif
