// SPDX-License-Identifier: Apache-2.0
// What is left of the kernel's interface for a process that parses a server's answers.
#ifndef TOOPHER_HELPER_SANDBOX_H
#define TOOPHER_HELPER_SANDBOX_H

#include <string>

namespace toopher::helper {

/// What one process needs beyond reading files, threads and the network.
struct Sandbox {
  bool accepts = false;         ///< accept4(2) on descriptor 0
  std::string state_directory;  ///< below it files may be written; "": nowhere
};

/// Installs a seccomp(2) filter for good, on all threads to come. Refused with EPERM: starting programs, processes,
/// listening, opening for write, signals to others, ptrace, mount, bpf and the like. Calls that are not known get ENOSYS,
/// so that libraries take their older way. Name service modules, DNS and threads work. Where files may be written below
/// one directory, landlock(7) keeps them below it, if the kernel has it; file modes do so in any case. Needs
/// no_new_privs. Throws StartError.
void confine(const Sandbox& sandbox);

}  // namespace toopher::helper

#endif
