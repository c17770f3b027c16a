// SPDX-License-Identifier: Apache-2.0
// What is left of the kernel's interface for a process that parses a server's answers.
#ifndef TOOPHER_HELPER_SANDBOX_H
#define TOOPHER_HELPER_SANDBOX_H

namespace toopher::helper {

/// Installs a seccomp(2) filter for good, on all threads to come. Refused with EPERM: starting programs, processes,
/// listening, opening for write, ptrace, mount, bpf and the like. Calls that are not known get ENOSYS, so that libraries
/// take their older way. Name service modules, DNS and threads work. Needs no_new_privs. Throws StartError.
void confine();

}  // namespace toopher::helper

#endif
