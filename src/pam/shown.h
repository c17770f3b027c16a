// SPDX-License-Identifier: Apache-2.0
// What sudo was called with: what the phone is to show of it, and what becomes of our prompts.
#ifndef TOOPHER_PAM_SHOWN_H
#define TOOPHER_PAM_SHOWN_H

#include <string>

namespace toopher::pam {

/// For a person to read, nothing in it but text that can be seen; each field of a length that fits the helper's line.
struct ShownCommand {
  std::string command;
  std::string target;
  std::string directory;
};

/// The command that this process, sudo, was started with (`/proc/self/cmdline`) and the directory it runs in. The person's own
/// programs choose both: this tells what they ask for, and proves nothing. Never throws for what cannot be read.
[[nodiscard, gnu::cold]] ShownCommand shown_command();

/// Whether this process, sudo, shows the caller's words in the place of every prompt (sudo -p). False where it cannot be read.
[[nodiscard, gnu::cold]] bool replaces_prompts();

}  // namespace toopher::pam

#endif
