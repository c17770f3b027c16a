// SPDX-License-Identifier: Apache-2.0
// The filter is written out here: as a fixed list it needs no library in a process that starts for every login.
#include "helper/sandbox.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "base/text.h"
#include "helper/landlock.h"
#include "helper/protocol.h"
#include "helper/start.h"

namespace toopher::helper {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#elif defined(__riscv) && __riscv_xlen == 64
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_RISCV64;
#else
#error "add this architecture's AUDIT_ARCH_ constant; it must be little-endian with 64-bit words"
#endif

/// Calls of the x32 ABI on x86-64 carry this bit and would escape a filter by number.
constexpr std::uint32_t kForeignAbiBit = 0x40000000;

constexpr std::uint32_t kAllow = SECCOMP_RET_ALLOW;
constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;
constexpr std::uint32_t kUnknown = SECCOMP_RET_ERRNO | ENOSYS;

constexpr std::uint32_t kWriting =
    O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);

/// What glibc, name service modules, libcurl, OpenSSL and threads use.
constexpr auto kAllowed = std::to_array<std::uint32_t>({
  SYS_read, SYS_readv, SYS_pread64, SYS_preadv, SYS_write, SYS_writev, SYS_lseek, SYS_close, SYS_close_range,
      SYS_fstat, SYS_newfstatat, SYS_statx, SYS_statfs, SYS_fstatfs, SYS_faccessat, SYS_faccessat2,
      SYS_readlinkat, SYS_getdents64, SYS_getcwd, SYS_fcntl, SYS_flock, SYS_dup, SYS_dup3, SYS_pipe2,
      SYS_eventfd2, SYS_fadvise64, SYS_ppoll, SYS_pselect6, SYS_epoll_create1, SYS_epoll_ctl, SYS_epoll_pwait,
      SYS_timerfd_create, SYS_timerfd_settime, SYS_socket, SYS_socketpair, SYS_bind, SYS_connect,
      SYS_getsockname, SYS_getpeername, SYS_getsockopt, SYS_setsockopt, SYS_sendto, SYS_recvfrom, SYS_sendmsg,
      SYS_recvmsg, SYS_sendmmsg, SYS_recvmmsg, SYS_shutdown, SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap,
      SYS_mprotect, SYS_madvise, SYS_futex, SYS_set_robust_list, SYS_set_tid_address, SYS_rseq,
      SYS_membarrier, SYS_sched_yield, SYS_sched_getaffinity, SYS_getpid, SYS_getppid, SYS_gettid, SYS_exit,
      SYS_exit_group, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_rt_sigtimedwait,
      SYS_sigaltstack, SYS_signalfd4, SYS_restart_syscall, SYS_clock_gettime, SYS_clock_getres,
      SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday, SYS_getrandom, SYS_uname, SYS_sysinfo, SYS_getuid,
      SYS_geteuid, SYS_getgid, SYS_getegid, SYS_getgroups, SYS_getresuid, SYS_getresgid, SYS_getrusage,
#if defined(__x86_64__)
      SYS_poll, SYS_select, SYS_epoll_create, SYS_epoll_wait, SYS_stat, SYS_lstat, SYS_access, SYS_readlink,
      SYS_dup2, SYS_pipe, SYS_time, SYS_getrlimit, SYS_arch_prctl,
#endif
});

/// Known, and never needed: said as "not permitted", so that a log tells an attack from an old kernel.
constexpr auto kRefused = std::to_array<std::uint32_t>({
  SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_mount, SYS_umount2,
      SYS_pivot_root, SYS_chroot, SYS_unshare, SYS_setns, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
      SYS_io_uring_setup, SYS_listen, SYS_accept, SYS_kill, SYS_tkill, SYS_setuid, SYS_setgid, SYS_setresuid,
      SYS_setresgid, SYS_setgroups, SYS_capset, SYS_prctl, SYS_seccomp, SYS_truncate, SYS_linkat,
      SYS_symlinkat, SYS_mkdirat, SYS_mknodat, SYS_fchmod, SYS_fchmodat, SYS_fchown, SYS_fchownat, SYS_keyctl,
      SYS_add_key, SYS_request_key,
#if defined(__x86_64__)
      SYS_fork, SYS_vfork, SYS_creat, SYS_link, SYS_symlink, SYS_mkdir, SYS_rmdir, SYS_mknod, SYS_chmod,
      SYS_chown,
#endif
});

/// What keeping state takes: write to a temporary file, make it durable, put it in its place. Refused without state.
constexpr auto kStateOnly = std::to_array<std::uint32_t>({
  SYS_ftruncate, SYS_fsync, SYS_fdatasync, SYS_renameat2, SYS_unlinkat,
#if defined(SYS_renameat)
      SYS_renameat,
#endif
#if defined(__x86_64__)
      SYS_rename, SYS_unlink,
#endif
});

using Filter = std::vector<sock_filter>;

void load(Filter& filter, std::size_t offset) {
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)));
}

/// The low word of an argument; the flags that matter here have no others.
void load_argument(Filter& filter, std::size_t index) {
  load(filter, offsetof(seccomp_data, args) + index * sizeof(std::uint64_t));
}

void result(Filter& filter, std::uint32_t value) {
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, value));
}

void when_equal(Filter& filter, std::uint32_t value, std::uint32_t then) {
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
  result(filter, then);
}

/// `bits_set` or `bits_clear` for call `number`, by whether its argument has any of `bits`.
void by_argument(Filter& filter, std::uint32_t number, std::size_t argument, std::uint32_t bits,
                 std::uint32_t bits_set, std::uint32_t bits_clear) {
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4));
  load_argument(filter, argument);
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1));
  result(filter, bits_set);
  result(filter, bits_clear);
}

/// Allows call `number` where the low word of its argument is `value`. Numbers of processes and descriptors have no more.
void only_with(Filter& filter, std::uint32_t number, std::size_t argument, std::uint32_t value) {
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4));
  load_argument(filter, argument);
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
  result(filter, kAllow);
  result(filter, kRefuse);
}

/// ioctl(2) reaches into terminals; the resolver and libcurl need these two of it.
void sockets_only_ioctl(Filter& filter) {
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 6));
  load_argument(filter, 1);
  when_equal(filter, FIONREAD, kAllow);
  when_equal(filter, FIONBIO, kAllow);
  result(filter, kRefuse);
}

Filter build_filter(const Sandbox& sandbox) {
  const bool state = !sandbox.state_directory.empty();
  Filter filter;
  filter.reserve(2 * (kAllowed.size() + kRefused.size() + kStateOnly.size()) + 48);
  load(filter, offsetof(seccomp_data, arch));
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0));
  result(filter, SECCOMP_RET_KILL_PROCESS);
  load(filter, offsetof(seccomp_data, nr));
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, kForeignAbiBit, 0, 1));
  result(filter, kUnknown);
  for (const auto number : kAllowed) when_equal(filter, number, kAllow);
  for (const auto number : kRefused) when_equal(filter, number, kRefuse);
  for (const auto number : kStateOnly) when_equal(filter, number, state ? kAllow : kRefuse);
  by_argument(filter, SYS_openat, 2, kWriting, state ? kAllow : kRefuse, kAllow);
#if defined(__x86_64__)
  by_argument(filter, SYS_open, 1, kWriting, state ? kAllow : kRefuse, kAllow);
#endif
  if (sandbox.accepts) only_with(filter, SYS_accept4, 0, STDIN_FILENO);
  when_equal(filter, SYS_accept4, kRefuse);
  // Other helpers run as the same user: their signals and limits are not this one's affair.
  only_with(filter, SYS_tgkill, 0, static_cast<std::uint32_t>(::getpid()));
  only_with(filter, SYS_prlimit64, 0, 0);
  by_argument(filter, SYS_clone, 0, CLONE_THREAD, kAllow, kRefuse);
  sockets_only_ioctl(filter);
  result(filter, kUnknown);
  return filter;
}

}  // namespace

void confine(const Sandbox& sandbox) {
  // Modes and seccomp hold without it: without state nothing can be opened for writing anyway.
  (void)fence_file_system(sandbox.state_directory);
  Filter filter = build_filter(sandbox);
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0)
    throw StartError(failure::kInternal,
                     "toopher-helper: the seccomp filter was refused: " + error_text(errno));
}

}  // namespace toopher::helper
