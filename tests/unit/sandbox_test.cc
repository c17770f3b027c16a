// SPDX-License-Identifier: Apache-2.0
// The helper's seccomp filter: what it refuses, and what name services and threads still need.
#include "helper/sandbox.h"

#include <fcntl.h>
#include <netdb.h>
#include <pwd.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <functional>
#include <thread>

#include "with_cmocka.h"

namespace {

/// The exit status of `action` in a child that confined itself.
int confined(const std::function<int()>& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) ::_exit(250);
    toopher::helper::confine({});
    ::_exit(action());
  }
  int status = 0;
  assert_int_equal(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/// 0 where `result` is not -1, else errno.
int error_of(long result) {
  return result == -1 ? errno : 0;
}

void refuses(void**) {
  char* const nothing[] = {nullptr};
  assert_int_equal(confined([&] { return error_of(::execve("/bin/true", nothing, nothing)); }), EPERM);
  assert_int_equal(confined([&] { return error_of(::execveat(AT_FDCWD, "/bin/true", nothing, nothing, 0)); }),
                   EPERM);
  assert_int_equal(confined([] { return error_of(::open("/dev/null", O_WRONLY)); }), EPERM);
  assert_int_equal(confined([] { return error_of(::open("/dev/null", O_RDWR)); }), EPERM);
  assert_int_equal(
      confined([] { return error_of(::syscall(SYS_openat, AT_FDCWD, "/tmp", O_TMPFILE | O_RDWR, 0600)); }),
      EPERM);
  assert_int_equal(confined([] { return error_of(::creat("/tmp/toopher-sandbox-test", 0600)); }), EPERM);
  assert_int_equal(confined([] { return error_of(::listen(::socket(AF_INET, SOCK_STREAM, 0), 1)); }), EPERM);
  assert_int_equal(confined([] { return error_of(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }), EPERM);
  assert_int_equal(confined([] { return error_of(::mount("none", "/mnt", "tmpfs", 0, nullptr)); }), EPERM);
  assert_int_equal(confined([] { return error_of(::syscall(SYS_bpf, 0, nullptr, 0)); }), EPERM);
  assert_int_equal(confined([] { return error_of(::fork()); }), EPERM);
  assert_int_equal(confined([] { return error_of(::kill(::getppid(), 0)); }), EPERM);
  assert_int_equal(confined([] { return error_of(::ioctl(0, TIOCSTI, "x")); }), EPERM);
  assert_int_equal(confined([] { return error_of(::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)); }), EPERM);
}

void does_not_know(void**) {
  assert_int_equal(confined([] { return error_of(::syscall(SYS_swapon, "/x", 0)); }), ENOSYS);
  assert_int_equal(confined([] { return error_of(::syscall(SYS_openat2, AT_FDCWD, "/", nullptr, 0)); }),
                   ENOSYS);
  assert_int_equal(confined([] { return error_of(::syscall(1023)); }), ENOSYS);
}

void lets_programs_from_other_abis_do_nothing(void**) {
#if defined(__x86_64__)
  assert_int_equal(confined([] { return error_of(::syscall(0x40000000 | SYS_getpid)); }), ENOSYS);
#endif
}

void lets_libraries_work(void**) {
  assert_int_equal(confined([] { return error_of(::open("/etc/passwd", O_RDONLY | O_CLOEXEC)); }), 0);
  assert_int_equal(confined([] { return ::getpwnam("root") != nullptr ? 0 : 1; }), 0);
  assert_int_equal(confined([] {
                     int result = 1;
                     std::thread([&result] {
                       addrinfo* found = nullptr;
                       result = ::getaddrinfo("localhost", "443", nullptr, &found);
                       if (result == 0) ::freeaddrinfo(found);
                     }).join();
                     return result;
                   }),
                   0);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(refuses),
      cmocka_unit_test(does_not_know),
      cmocka_unit_test(lets_programs_from_other_abis_do_nothing),
      cmocka_unit_test(lets_libraries_work),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
