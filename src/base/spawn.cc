// SPDX-License-Identifier: Apache-2.0
#include "base/spawn.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

// glibc 2.36 declares these without C linkage.
extern "C" {
#include <sys/pidfd.h>
}

#include "base/deadline.h"

namespace toopher {
namespace {

[[noreturn]] void fail(int error, const char* step) {
  throw std::system_error(error, std::generic_category(), step);
}

class FileActions {
 public:
  FileActions() {
    if (const int error = ::posix_spawn_file_actions_init(&actions_))
      fail(error, "posix_spawn_file_actions_init");
  }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

class Attributes {
 public:
  Attributes() {
    if (const int error = ::posix_spawnattr_init(&attributes_)) fail(error, "posix_spawnattr_init");
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }
  posix_spawnattr_t* get() { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

std::vector<char*> c_strings(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// A descriptor above stdio, so that the dup2 actions of the child cannot overwrite it: sshd and others may
/// run with closed stdio.
UniqueFd above_stdio(UniqueFd fd) {
  if (fd.get() > STDERR_FILENO) return fd;
  UniqueFd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!moved) fail(errno, "fcntl");
  return moved;
}

}  // namespace

Child::Child(pid_t pid) : pid_(pid), pidfd_(::pidfd_open(pid, 0)) {}

Child& Child::operator=(Child&& other) noexcept {
  if (this != &other) {
    stop();
    pid_ = std::exchange(other.pid_, -1);
    pidfd_ = std::move(other.pidfd_);
  }
  return *this;
}

bool Child::ends_within(int timeout_ms) const noexcept {
  if (pidfd_) {
    const SteadyClock clock;
    const Deadline deadline = Deadline::after(clock, Clock::Duration(timeout_ms));
    pollfd ended{pidfd_.get(), POLLIN, 0};
    int count = 0;
    // The host's own signals (SIGCHLD, SIGWINCH) must not cut the time short.
    while ((count = ::poll(&ended, 1, static_cast<int>(deadline.remaining(clock).count()))) < 0 &&
           errno == EINTR) {
    }
    return count == 1;
  }
  constexpr int kLookEachMs = 10;
  for (int waited = 0; waited <= timeout_ms; waited += kLookEachMs) {
    siginfo_t info{};
    // A child that the host has reaped (ECHILD) has ended, and its number may be another's by now.
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0)
      return true;
    (void)::poll(nullptr, 0, kLookEachMs);
  }
  return false;
}

void Child::kill() const noexcept {
  if (pidfd_) {
    (void)::pidfd_send_signal(pidfd_.get(), SIGKILL, nullptr, 0);
  } else {
    (void)::kill(pid_, SIGKILL);
  }
}

void Child::stop(int grace_ms) noexcept {
  if (pid_ <= 0) return;
  if (!ends_within(grace_ms)) kill();
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  pidfd_.reset();
}

Spawned spawn_with_socket(const std::string& path, const std::vector<std::string>& arguments,
                          const std::vector<std::string>& environment) {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail(errno, "socketpair");
  UniqueFd ours(ends[0]);
  const UniqueFd theirs = above_stdio(UniqueFd(ends[1]));
  ours = above_stdio(std::move(ours));

  FileActions actions;
  const auto add = [](int error) {
    if (error != 0) fail(error, "posix_spawn_file_actions");
  };
  add(::posix_spawn_file_actions_adddup2(actions.get(), theirs.get(), STDIN_FILENO));
  add(::posix_spawn_file_actions_adddup2(actions.get(), theirs.get(), STDOUT_FILENO));
  add(::posix_spawn_file_actions_addopen(actions.get(), STDERR_FILENO, "/dev/null", O_RDWR, 0));
  add(::posix_spawn_file_actions_addclosefrom_np(actions.get(), STDERR_FILENO + 1));

  Attributes attributes;
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  add(::posix_spawnattr_setsigmask(attributes.get(), &none));
  add(::posix_spawnattr_setsigdefault(attributes.get(), &all));
  add(::posix_spawnattr_setflags(attributes.get(), POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));

  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, path.c_str(), actions.get(), attributes.get(),
                                  c_strings(arguments).data(), c_strings(environment).data());
  if (error != 0) fail(error, path.c_str());
  return {Child(pid), std::move(ours)};
}

}  // namespace toopher
