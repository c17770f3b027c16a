// SPDX-License-Identifier: Apache-2.0
#include "faults/shim.h"

#include <dirent.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <grp.h>
#include <link.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace toopher::faults {

namespace {

Record* record;
std::atomic<const char*> counted_object{nullptr};
thread_local bool inside = false;

/// The mapping is what remains; everything before main() may be called before this.
[[gnu::constructor]] void map_record() {
  std::array<char, 4096> path{};
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
  if (size <= 0) return;
  const std::string_view program(path.data(), static_cast<std::size_t>(size));
  const auto folder = program.substr(0, program.rfind('/') + 1);
  std::memcpy(path.data() + folder.size(), "faults", sizeof "faults");
  const int fd = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path.data(), O_RDWR | O_CLOEXEC, 0));
  if (fd < 0) return;
  void* const place = ::mmap(nullptr, sizeof(Record), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::syscall(SYS_close, fd);
  if (place != MAP_FAILED) record = static_cast<Record*>(place);
  std::array<void*, 2> frames{};
  (void)::backtrace(frames.data(), static_cast<int>(frames.size()));  // loads what it needs
}

bool comes_from(const void* address, std::string_view end) {
  if (end.empty()) return true;
  dl_find_object object{};
  if (::_dl_find_object(const_cast<void*>(address), &object) != 0) return false;
  return std::string_view(object.dlfo_link_map->l_name).ends_with(end);
}

struct Ways {
  std::uint64_t way = 14695981039346656037U;
  std::uint64_t line = way;
};

void mix(std::uint64_t& hash, std::uintptr_t offset) {
  hash = (hash ^ offset) * 1099511628211U;
}

/// Libraries are those that the program was linked or loaded with; it and the module lie in one directory of the test's.
Ways ways() {
  std::array<void*, 24> frames{};
  const int depth = ::backtrace(frames.data(), static_cast<int>(frames.size()));
  Ways found;
  for (int i = 3; i < depth; ++i) {
    void* const frame = frames.at(static_cast<std::size_t>(i));
    dl_find_object object{};
    if (::_dl_find_object(frame, &object) != 0) continue;
    const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(frame) - object.dlfo_link_map->l_addr;
    mix(found.way, offset);
    const std::string_view name = object.dlfo_link_map->l_name;
    if (name.empty() || name.ends_with("/pam_toopher.so")) mix(found.line, offset);
  }
  return found;
}

/// Counts a call; whether it is the one to fail, which has errno set then.
bool strikes(const char* name, const void* caller, int error) {
  const char* const end = counted_object.load(std::memory_order_relaxed);
  if (record == nullptr || end == nullptr || inside || !comes_from(caller, end)) return false;
  if (record->only[0] != '\0' && std::strcmp(record->only, name) != 0) return false;
  const std::uint32_t number = __atomic_add_fetch(&record->calls, 1, __ATOMIC_RELAXED);
  if (record->failing == 0 && number <= kMaxCalls) {
    inside = true;
    const int kept = errno;
    Call& call = record->call[number - 1];
    std::strncpy(call.name, name, sizeof call.name - 1);
    const Ways found = ways();
    call.way = found.way;
    call.line = found.line;
    errno = kept;
    inside = false;
  }
  if (number != record->failing) return false;
  record->struck = 1;
  errno = record->error != 0 ? static_cast<int>(record->error) : error;
  return true;
}

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

void arm(const char* end) {
  counted_object = end;
}
void disarm() {
  counted_object = nullptr;
}

}  // namespace toopher::faults

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,cert-dcl50-cpp,bugprone-macro-parentheses): these are the library's names; arguments of macros are parts of declarations

extern "C" {

void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);

#define EXPORTED __attribute__((visibility("default"), used))
#define STRIKES(name, error) toopher::faults::strikes(name, __builtin_return_address(0), error)
/// A function that gives -1 and sets errno.
#define FAILING(type, name, error, parameters, arguments)                    \
  EXPORTED type name parameters {                                            \
    static auto* const real = toopher::faults::next<type parameters>(#name); \
    return STRIKES(#name, error) ? static_cast<type>(-1) : real arguments;   \
  }
/// A function that gives the error itself.
#define TELLING(name, error, parameters, arguments)                         \
  EXPORTED int name parameters {                                            \
    static auto* const real = toopher::faults::next<int parameters>(#name); \
    return STRIKES(#name, error) ? errno : real arguments;                  \
  }

EXPORTED void* malloc(std::size_t size) {
  return STRIKES("malloc", ENOMEM) ? nullptr : __libc_malloc(size);
}
EXPORTED void* calloc(std::size_t count, std::size_t size) {
  return STRIKES("calloc", ENOMEM) ? nullptr : __libc_calloc(count, size);
}
EXPORTED void* realloc(void* memory, std::size_t size) {
  return STRIKES("realloc", ENOMEM) ? nullptr : __libc_realloc(memory, size);
}
EXPORTED char* strdup(const char* text) {
  static auto* const real = toopher::faults::next<char*(const char*)>("strdup");
  return STRIKES("strdup", ENOMEM) ? nullptr : real(text);
}

EXPORTED int open(const char* path, int flags, ...) {
  std::va_list rest;
  va_start(rest, flags);
  const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  static auto* const real = toopher::faults::next<int(const char*, int, ...)>("open");
  return STRIKES("open", EMFILE) ? -1 : real(path, flags, mode);
}
EXPORTED int openat(int directory, const char* path, int flags, ...) {
  std::va_list rest;
  va_start(rest, flags);
  const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  static auto* const real = toopher::faults::next<int(int, const char*, int, ...)>("openat");
  return STRIKES("openat", EMFILE) ? -1 : real(directory, path, flags, mode);
}
EXPORTED int fcntl(int fd, int command, ...) {
  std::va_list rest;
  va_start(rest, command);
  const long argument = va_arg(rest, long);
  va_end(rest);
  static auto* const real = toopher::faults::next<int(int, int, ...)>("fcntl");
  return STRIKES("fcntl", EMFILE) ? -1 : real(fd, command, argument);
}
EXPORTED int prctl(int option, ...) {
  std::va_list rest;
  va_start(rest, option);
  unsigned long argument[4];
  for (auto& one : argument) one = va_arg(rest, unsigned long);
  va_end(rest);
  static auto* const real = toopher::faults::next<int(int, ...)>("prctl");
  return STRIKES("prctl", ENOMEM) ? -1 : real(option, argument[0], argument[1], argument[2], argument[3]);
}
EXPORTED std::FILE* fopen(const char* path, const char* mode) {
  static auto* const real = toopher::faults::next<std::FILE*(const char*, const char*)>("fopen");
  return STRIKES("fopen", EMFILE) ? nullptr : real(path, mode);
}
EXPORTED DIR* opendir(const char* path) {
  static auto* const real = toopher::faults::next<DIR*(const char*)>("opendir");
  return STRIKES("opendir", EMFILE) ? nullptr : real(path);
}
EXPORTED void* dlopen(const char* file, int mode) {
  static auto* const real = toopher::faults::next<void*(const char*, int)>("dlopen");
  return STRIKES("dlopen", ENOMEM) ? nullptr : real(file, mode);
}

FAILING(int, socket, EMFILE, (int domain, int type, int protocol), (domain, type, protocol))
FAILING(int, socketpair, EMFILE, (int domain, int type, int protocol, int* both),
        (domain, type, protocol, both))
FAILING(int, connect, ENOBUFS, (int fd, const sockaddr* address, socklen_t size), (fd, address, size))
FAILING(int, getsockopt, ENOBUFS, (int fd, int level, int option, void* value, socklen_t* size),
        (fd, level, option, value, size))
FAILING(int, setsockopt, ENOBUFS, (int fd, int level, int option, const void* value, socklen_t size),
        (fd, level, option, value, size))
FAILING(int, getsockname, ENOBUFS, (int fd, sockaddr* address, socklen_t* size), (fd, address, size))
FAILING(int, getpeername, ENOBUFS, (int fd, sockaddr* address, socklen_t* size), (fd, address, size))
FAILING(ssize_t, send, ENOBUFS, (int fd, const void* data, std::size_t size, int flags),
        (fd, data, size, flags))
FAILING(ssize_t, recv, ENOMEM, (int fd, void* data, std::size_t size, int flags), (fd, data, size, flags))
FAILING(ssize_t, read, EIO, (int fd, void* data, std::size_t size), (fd, data, size))
FAILING(ssize_t, pread, EIO, (int fd, void* data, std::size_t size, off_t at), (fd, data, size, at))
FAILING(ssize_t, write, ENOSPC, (int fd, const void* data, std::size_t size), (fd, data, size))
FAILING(int, poll, ENOMEM, (pollfd * items, nfds_t count, int timeout), (items, count, timeout))
FAILING(int, fstat, EIO, (int fd, struct stat* status), (fd, status))
FAILING(int, lstat, EIO, (const char* path, struct stat* status), (path, status))
FAILING(int, stat, EIO, (const char* path, struct stat* status), (path, status))
FAILING(int, fstatat, EIO, (int fd, const char* path, struct stat* status, int flags),
        (fd, path, status, flags))
FAILING(ssize_t, readlink, EIO, (const char* path, char* text, std::size_t size), (path, text, size))
FAILING(int, gethostname, ENAMETOOLONG, (char* name, std::size_t size), (name, size))
FAILING(int, getgrouplist, ENOMEM, (const char* user, gid_t group, gid_t* groups, int* count),
        (user, group, groups, count))
FAILING(int, signalfd, EMFILE, (int fd, const sigset_t* mask, int flags), (fd, mask, flags))
FAILING(int, eventfd, EMFILE, (unsigned value, int flags), (value, flags))
FAILING(int, pipe2, EMFILE, (int* both, int flags), (both, flags))
FAILING(int, dup2, EMFILE, (int from, int to), (from, to))
FAILING(pid_t, fork, EAGAIN, (), ())
FAILING(int, pidfd_open, EMFILE, (pid_t pid, unsigned flags), (pid, flags))
FAILING(int, waitid, EINTR, (idtype_t type, id_t id, siginfo_t* info, int options), (type, id, info, options))
FAILING(int, setrlimit, EPERM, (__rlimit_resource_t kind, const rlimit* limit), (kind, limit))
FAILING(int, sigprocmask, EINVAL, (int how, const sigset_t* mask, sigset_t* before), (how, mask, before))
FAILING(int, setresuid, EAGAIN, (uid_t real_id, uid_t effective, uid_t saved), (real_id, effective, saved))
FAILING(int, setresgid, ENOMEM, (gid_t real_id, gid_t effective, gid_t saved), (real_id, effective, saved))
FAILING(int, setgroups, ENOMEM, (std::size_t count, const gid_t* groups), (count, groups))
FAILING(int, chdir, EIO, (const char* path), (path))
FAILING(ssize_t, getrandom, EAGAIN, (void* data, std::size_t size, unsigned flags), (data, size, flags))
FAILING(int, getentropy, EIO, (void* data, std::size_t size), (data, size))
TELLING(getpwnam_r, EIO, (const char* name, passwd* entry, char* text, std::size_t size, passwd** found),
        (name, entry, text, size, found))
TELLING(getpwuid_r, EIO, (uid_t uid, passwd* entry, char* text, std::size_t size, passwd** found),
        (uid, entry, text, size, found))
TELLING(getgrnam_r, EIO, (const char* name, group* entry, char* text, std::size_t size, group** found),
        (name, entry, text, size, found))
TELLING(getgrgid_r, EIO, (gid_t gid, group* entry, char* text, std::size_t size, group** found),
        (gid, entry, text, size, found))
TELLING(posix_spawn, ENOMEM,
        (pid_t * pid, const char* path, const posix_spawn_file_actions_t* actions,
         const posix_spawnattr_t* attributes, char* const argv[], char* const envp[]),
        (pid, path, actions, attributes, argv, envp))
TELLING(posix_spawn_file_actions_init, ENOMEM, (posix_spawn_file_actions_t * actions), (actions))
TELLING(posix_spawn_file_actions_adddup2, ENOMEM, (posix_spawn_file_actions_t * actions, int from, int to),
        (actions, from, to))
TELLING(posix_spawn_file_actions_addopen, ENOMEM,
        (posix_spawn_file_actions_t * actions, int fd, const char* path, int flags, mode_t mode),
        (actions, fd, path, flags, mode))
TELLING(posix_spawn_file_actions_addclosefrom_np, ENOMEM, (posix_spawn_file_actions_t * actions, int from),
        (actions, from))
TELLING(posix_spawnattr_init, ENOMEM, (posix_spawnattr_t * attributes), (attributes))
TELLING(pthread_create, EAGAIN,
        (pthread_t * thread, const pthread_attr_t* attributes, void* (*run)(void*), void* argument),
        (thread, attributes, run, argument))

}  // extern "C"

// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,cert-dcl50-cpp,bugprone-macro-parentheses)
