// SPDX-License-Identifier: Apache-2.0
#include "helper/start.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "config.h"
#include "helper/protocol.h"

namespace toopher::helper {
namespace {

[[noreturn]] void fail(const std::string& step) {
  throw StartError(failure::kInternal, "toopher-helper: " + step + " failed: " + error_text(errno));
}

void expect(bool done, const char* step) {
  if (!done) fail(step);
}

void keep_stdio_only() {
  for (int fd = ::open("/dev/null", O_RDWR); fd <= STDERR_FILENO; fd = ::open("/dev/null", O_RDWR))
    expect(fd >= 0, "open /dev/null");
  expect(::close_range(STDERR_FILENO + 1, ~0U, 0) == 0, "close_range");
}

/// A user may have started sudo with limits that break what runs under it. Without root the hard limit stays.
void widen_limit(__rlimit_resource resource, rlim_t wanted) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0) fail("getrlimit");
  const rlimit root{wanted, wanted};
  if (::geteuid() == 0 && ::setrlimit(resource, &root) == 0) return;
  limit.rlim_cur = limit.rlim_max;
  expect(::setrlimit(resource, &limit) == 0, "setrlimit");
}

void reset_limits() {
  constexpr rlim_t kDescriptors = 1024;
  const rlimit none{0, 0};
  expect(::setrlimit(RLIMIT_CORE, &none) == 0, "setrlimit");
  for (const auto resource : {RLIMIT_AS, RLIMIT_DATA, RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_NPROC})
    widen_limit(resource, RLIM_INFINITY);
  widen_limit(RLIMIT_NOFILE, kDescriptors);
}

UniqueFd reset_signals() {
  for (int signal = 1; signal < SIGRTMIN; ++signal) (void)::signal(signal, SIG_DFL);
  (void)::signal(SIGPIPE, SIG_IGN);
  sigset_t asked_to_stop;
  sigemptyset(&asked_to_stop);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&asked_to_stop, signal);
  expect(::sigprocmask(SIG_SETMASK, &asked_to_stop, nullptr) == 0, "sigprocmask");
  UniqueFd fd(::signalfd(-1, &asked_to_stop, SFD_CLOEXEC | SFD_NONBLOCK));
  expect(static_cast<bool>(fd), "signalfd");
  return fd;
}

/// Where securebits keep capabilities across setresuid(2), they go here.
void drop_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  expect(::syscall(SYS_capset, &header, none.data()) == 0, "capset");
}

}  // namespace

UniqueFd reset_process() {
  keep_stdio_only();
  ::clearenv();
  ::umask(077);
  expect(::chdir("/") == 0, "chdir");
  reset_limits();
  return reset_signals();
}

std::optional<Identity> identity_to_assume() {
  if (::geteuid() != 0) {
    if (!caller_may_own_files())
      throw StartError(failure::kInternal, "toopher-helper must not be setuid, setgid or have capabilities");
    return std::nullopt;
  }
  std::vector<char> buffer(16'384);
  passwd entry{};
  passwd* found = nullptr;
  const int error = ::getpwnam_r(HELPER_USER, &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr)
    throw StartError(
        failure::kConfig,
        "the system user " HELPER_USER " that toopher-helper runs as " +
            (error == 0 ? std::string("does not exist") : "cannot be looked up: " + error_text(error)) +
            "; make it with: useradd --system --user-group --home-dir /nonexistent "
            "--shell /usr/sbin/nologin " HELPER_USER);
  if (entry.pw_uid == 0 || entry.pw_gid == 0)
    throw StartError(failure::kConfig, "the user " HELPER_USER " must not be root, and not in root's group");
  return Identity{entry.pw_uid, entry.pw_gid};
}

void assume(const Identity& identity, const std::vector<gid_t>& groups) {
  const auto [uid, gid] = identity;
  expect(::setgroups(groups.size(), groups.data()) == 0, "setgroups");
  expect(::setresgid(gid, gid, gid) == 0, "setresgid");
  expect(::setresuid(uid, uid, uid) == 0, "setresuid");
  drop_capabilities();
  std::array<uid_t, 3> uids{};
  std::array<gid_t, 3> gids{};
  expect(::getresuid(&uids[0], &uids[1], &uids[2]) == 0, "getresuid");
  expect(::getresgid(&gids[0], &gids[1], &gids[2]) == 0, "getresgid");
  const bool changed =
      uids == std::array<uid_t, 3>{uid, uid, uid} && gids == std::array<gid_t, 3>{gid, gid, gid};
  if (!changed || ::setuid(0) == 0 || ::setgid(0) == 0)
    throw StartError(failure::kInternal, "toopher-helper could not give up root");
}

void renounce_privileges() {
  expect(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "PR_SET_NO_NEW_PRIVS");
  expect(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, "PR_SET_DUMPABLE");
}

}  // namespace toopher::helper
