// SPDX-License-Identifier: Apache-2.0
// The helper's seccomp filter: what it refuses, and what name services and threads still need.
#include "helper/sandbox.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <netdb.h>
#include <pwd.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include "helper/start.h"
#include "with_cmocka.h"

namespace {

using toopher::helper::Sandbox;

constexpr uid_t kNobody = 65534;

/// The exit status of `action` in a child that confined itself, without root if the test has it.
int confined(const Sandbox& sandbox, const std::function<int()>& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0) toopher::helper::assume({kNobody, kNobody});
    toopher::helper::renounce_privileges();
    toopher::helper::confine(sandbox);
    ::_exit(action());
  }
  int status = 0;
  assert_int_equal(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

int confined(const std::function<int()>& action) {
  return confined({}, action);
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
  assert_int_equal(confined([] { return error_of(::setuid(0)); }), EPERM);
  assert_int_equal(confined([] { return error_of(::setgid(0)); }), EPERM);
  assert_int_equal(confined([] { return error_of(::setgroups(0, nullptr)); }), EPERM);
  assert_int_equal(confined([] { return error_of(::chroot("/")); }), EPERM);
  assert_int_equal(confined([] { return error_of(::unlink("/tmp/toopher-sandbox-test")); }), EPERM);
  assert_int_equal(confined([] { return error_of(::rename("/tmp/toopher-a", "/tmp/toopher-b")); }), EPERM);
  assert_int_equal(confined([] { return error_of(::mkdir("/tmp/toopher-sandbox-test", 0700)); }), EPERM);
  assert_int_equal(confined([] { return error_of(::chmod("/tmp", 0777)); }), EPERM);
  assert_int_equal(confined([] { return error_of(::truncate("/tmp/toopher-sandbox-test", 0)); }), EPERM);
}

void leaves_other_processes_alone(void**) {
  const pid_t parent = ::getpid();
  assert_int_equal(confined([=] { return error_of(::kill(parent, SIGTERM)); }), EPERM);
  assert_int_equal(confined([] { return error_of(::kill(-1, SIGTERM)); }), EPERM);
  assert_int_equal(confined([=] { return error_of(::syscall(SYS_tkill, parent, SIGTERM)); }), EPERM);
  assert_int_equal(confined([=] { return error_of(::syscall(SYS_tgkill, parent, parent, SIGTERM)); }), EPERM);
  assert_int_equal(confined([=] { return error_of(::syscall(SYS_pidfd_open, parent, 0)); }), ENOSYS);
  assert_int_equal(confined([=] {
                     rlimit none{};
                     return error_of(::prlimit(parent, RLIMIT_NOFILE, nullptr, &none));
                   }),
                   EPERM);
  assert_int_equal(confined([=] {
                     char byte = 0;
                     iovec here{&byte, 1};
                     iovec there{&byte, 1};
                     return error_of(::process_vm_readv(parent, &here, 1, &there, 1, 0));
                   }),
                   EPERM);
  // abort(3) signals its own process.
  assert_int_equal(confined([] { return error_of(::raise(SIGURG)); }), 0);
}

void takes_callers_from_its_own_socket_only(void**) {
  Sandbox service;
  service.accepts = true;
  assert_int_equal(confined([] { return error_of(::accept4(0, nullptr, nullptr, 0)); }), EPERM);
  assert_int_equal(confined(service, [] { return error_of(::accept4(1, nullptr, nullptr, 0)); }), EPERM);
  // Standard input is no socket here, but the kernel was asked.
  assert_int_equal(confined(service, [] { return error_of(::accept4(0, nullptr, nullptr, 0)); }), ENOTSOCK);
  assert_int_equal(confined(service, [] { return error_of(::listen(::socket(AF_INET, SOCK_STREAM, 0), 1)); }),
                   EPERM);
}

void reads_what_its_user_may_read(void**) {
  assert_int_equal(confined([] { return error_of(::open("/etc/shadow", O_RDONLY | O_CLOEXEC)); }), EACCES);
}

/// Two directories of the sandboxed user's: one is its state, the other is not.
class StateTest {
 public:
  StateTest() {
    assert_non_null(::mkdtemp(base_.data()));
    for (const std::string& path : {state(), other()}) {
      assert_int_equal(::mkdir(path.c_str(), 0700), 0);
      if (::geteuid() == 0) assert_int_equal(::chown(path.c_str(), kNobody, kNobody), 0);
    }
    assert_int_equal(::chmod(base_.c_str(), 0755), 0);
  }
  StateTest(const StateTest&) = delete;
  StateTest& operator=(const StateTest&) = delete;
  ~StateTest() { std::filesystem::remove_all(base_); }

  [[nodiscard]] std::string state() const { return base_ + "/state"; }
  [[nodiscard]] std::string other() const { return base_ + "/other"; }
  [[nodiscard]] Sandbox sandbox() const {
    Sandbox sandbox;
    sandbox.state_directory = state();
    return sandbox;
  }

 private:
  std::string base_ = "/tmp/toopher-sandbox-XXXXXX";
};

int write_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return errno;
  return error_of(::write(fd, "x", 1)) + error_of(::fsync(fd)) + error_of(::ftruncate(fd, 0)) + ::close(fd);
}

void keeps_state_in_one_directory(void**) {
  const StateTest test;
  const std::string from = test.state() + "/new";
  const std::string to = test.state() + "/old";
  assert_int_equal(confined(test.sandbox(), [&] { return write_file(from); }), 0);
  assert_int_equal(confined(test.sandbox(), [&] { return error_of(::rename(from.c_str(), to.c_str())); }), 0);
  assert_int_equal(confined(test.sandbox(), [&] { return error_of(::unlink(to.c_str())); }), 0);
  assert_int_equal(confined([&] { return write_file(from); }), EPERM);
}

bool kernel_has_landlock() {
  return ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1;
}

/// What file modes would allow.
void writes_nowhere_else(void**) {
  if (!kernel_has_landlock()) skip();
  const StateTest test;
  const Sandbox sandbox = test.sandbox();
  assert_int_equal(confined(sandbox, [&] { return write_file(test.other() + "/new"); }), EACCES);
  assert_int_equal(confined(sandbox, [] { return write_file("/tmp/toopher-sandbox-test"); }), EACCES);
  assert_int_equal(confined(sandbox, [&] { return write_file(test.state() + "/../other/new"); }), EACCES);
  assert_int_equal(confined(sandbox, [] { return error_of(::open("/dev/null", O_RDWR)); }), EACCES);
  assert_int_equal(confined(sandbox,
                            [&] {
                              const std::string mine = test.state() + "/mine";
                              (void)write_file(mine);
                              return error_of(::rename(mine.c_str(), (test.other() + "/mine").c_str()));
                            }),
                   EACCES);
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
      cmocka_unit_test(leaves_other_processes_alone),
      cmocka_unit_test(takes_callers_from_its_own_socket_only),
      cmocka_unit_test(reads_what_its_user_may_read),
      cmocka_unit_test(keeps_state_in_one_directory),
      cmocka_unit_test(writes_nowhere_else),
      cmocka_unit_test(does_not_know),
      cmocka_unit_test(lets_programs_from_other_abis_do_nothing),
      cmocka_unit_test(lets_libraries_work),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
