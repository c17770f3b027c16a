// SPDX-License-Identifier: Apache-2.0
// What sudo(8) was called to do, read from its arguments.
#ifndef TOOPHER_PAM_SUDO_COMMAND_H
#define TOOPHER_PAM_SUDO_COMMAND_H

#include <string>
#include <string_view>
#include <vector>

namespace toopher::pam {

struct SudoCommand {
  /// The command, quoted as by quote_word of base/visible.h: without sudo's own options where these change nothing of what is
  /// run, else the whole line.
  std::string command;
  std::string target;       ///< as whom: the name or #uid of -u, or "root"; empty if the options do not tell
  std::string directory;    ///< of -D; empty without
  bool own_prompt = false;  ///< -p: sudo shows its value in the place of every prompt of a PAM module
};

/// Whether a PAM service is sudo's.
[[nodiscard]] bool is_sudo(std::string_view service);

/// Reads what came as argv, its first word included, as sudo 1.9 does. Of an option that it does not know it makes no guess:
/// the whole line is the command then, and there is no target.
[[nodiscard, gnu::cold]] SudoCommand read_sudo_command(const std::vector<std::string_view>& words);

}  // namespace toopher::pam

#endif
