// SPDX-License-Identifier: Apache-2.0
// The command line of toopher-check.
#ifndef TOOPHER_TOOLS_CHECK_COMMAND_LINE_H
#define TOOPHER_TOOLS_CHECK_COMMAND_LINE_H

#include <string>
#include <vector>

namespace toopher::tools {

struct CheckCommandLine {
  enum class Action { check, login, help, version };
  Action action = Action::check;
  std::string config;
  std::vector<std::string> pam_directories;
  std::string sshd;
  std::string sshd_config;  ///< "": sshd's default
  std::string user;         ///< whose pairing, or who tries to log in
  std::string service;      ///< with Action::login
  std::string helper;
  bool json = false;
};

inline constexpr int kCheckUsageStatus = 64;  ///< EX_USAGE of sysexits.h

extern const char* const kCheckUsage;

/// Throws UsageError.
[[nodiscard]] CheckCommandLine read_check_command_line(int argc, char** argv);

}  // namespace toopher::tools

#endif
