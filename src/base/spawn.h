// SPDX-License-Identifier: Apache-2.0
// Starting a program from inside a host process (sshd, sudo, …) without changing anything of the host.
#ifndef TOOPHER_BASE_SPAWN_H
#define TOOPHER_BASE_SPAWN_H

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "base/unique_fd.h"

namespace toopher {

/// A running child, held by a pidfd: a host that ignores SIGCHLD reaps children by itself, and a number that
/// was given to another process since must not be signalled. Where the kernel gives no pidfd, the number has to
/// do.
class Child {
 public:
  Child() = default;
  explicit Child(pid_t pid);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)) {}
  Child& operator=(Child&& other) noexcept;
  ~Child() { stop(); }

  /// Waits up to `grace_ms` for a child that is ending by itself, then SIGKILL; always reaps. Safe to call
  /// twice.
  void stop(int grace_ms = 0) noexcept;

 private:
  [[nodiscard]] bool ends_within(int timeout_ms) const noexcept;
  void kill() const noexcept;

  pid_t pid_ = -1;
  UniqueFd pidfd_;  ///< may be none
};

struct Spawned {
  Child child;
  UniqueFd socket;  ///< our end of a stream socketpair; the child has the other as descriptors 0 and 1
};

/// posix_spawn of `path` (absolute) with exactly `arguments` (argv[0] included) and `environment`; descriptor
/// 2 is /dev/null, all others are closed, the signal mask is empty, every disposition is the default. The
/// child stays in the caller's session and process group, so that Ctrl-C on the terminal reaches it. Throws
/// std::system_error with the failing step.
Spawned spawn_with_socket(const std::string& path, const std::vector<std::string>& arguments,
                          const std::vector<std::string>& environment = {});

}  // namespace toopher

#endif
