// SPDX-License-Identifier: Apache-2.0
#include "offline/state_directory.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"

namespace toopher::offline {
namespace {

constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kParentMode = 0755;
constexpr mode_t kFileMode = 0600;
constexpr Clock::Duration kLockPause{10};
constexpr int kOpen = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::string parent_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

[[noreturn]] void refuse(FileError::Kind kind, const std::string& path, const std::string& what) {
  throw FileError(kind, path + ": " + what);
}

/// Only a process that has a right to the directory comes to make it; a failure shows when it is opened.
void make_parent(const std::string& path) {
  if (path.empty()) return;
  bool made = ::mkdir(path.c_str(), kParentMode) == 0;
  if (!made && errno == ENOENT) {
    make_parent(parent_of(path));
    made = ::mkdir(path.c_str(), kParentMode) == 0;
  }
  if (!made) return;
  if (::geteuid() == 0) (void)::chmod(path.c_str(), kParentMode);  // whatever the umask was
}

void make(const std::string& path, const Owner& owner) {
  make_parent(parent_of(path));
  if (::mkdir(path.c_str(), kDirectoryMode) != 0) return;
  // Who owns the directory above may have put something else there since; a directory that is not ours is not given away.
  const UniqueFd made(::open(path.c_str(), kOpen));
  struct stat status {};
  const bool is_own = made && ::fstat(made.get(), &status) == 0 && status.st_uid == ::geteuid();
  if (is_own && ::fchown(made.get(), owner.uid, owner.gid) != 0)
    refuse(FileError::Kind::unreadable, path, "cannot be given to its user: " + error_text(errno));
}

}  // namespace

UniqueFd open_state_directory(const std::string& path, const Owner& owner, const FileRules& parents) {
  UniqueFd fd(::open(path.c_str(), kOpen));
  if (!fd && errno == ENOENT) {
    make(path, owner);
    fd.reset(::open(path.c_str(), kOpen));
  }
  if (!fd)
    refuse(errno == ENOENT ? FileError::Kind::missing : FileError::Kind::unreadable, path,
           error_text(errno) + "; offline-codes = yes needs this directory, mode 0700, of the helper's user");
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) refuse(FileError::Kind::unreadable, path, error_text(errno));
  if (status.st_uid != owner.uid)
    refuse(FileError::Kind::unsafe, path,
           "belongs to uid " + std::to_string(status.st_uid) + ", but must belong to uid " +
               std::to_string(owner.uid) + ", which toopher-helper runs as");
  if ((status.st_mode & 07777) != kDirectoryMode)
    refuse(FileError::Kind::unsafe, path, "must have mode 0700; chmod 700 " + path);
  check_directory(parent_of(path), parents);
  return fd;
}

void StateDirectory::fail(const std::string& name, const std::string& step) const {
  throw StateError(path_ + "/" + name + ": " + step + ": " + error_text(errno));
}

void StateDirectory::check_file(int fd, const std::string& name) const {
  struct stat status {};
  if (::fstat(fd, &status) != 0) fail(name, "cannot be looked at");
  const bool others = (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
  if (!S_ISREG(status.st_mode) || status.st_uid != ::geteuid() || others || status.st_nlink != 1)
    throw StateError(path_ + "/" + name + ": is not a file of the helper's own with mode 0600; remove it");
}

std::optional<Secret> StateDirectory::read(const std::string& name, std::size_t max_bytes) const {
  const UniqueFd file(
      ::openat(fd_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file && errno == ENOENT) return std::nullopt;
  if (!file) fail(name, "cannot be opened");
  check_file(file.get(), name);
  try {
    return read_all(file.get(), path_ + "/" + name, max_bytes);
  } catch (const FileError& error) {
    throw StateError(error.what());
  }
}

bool StateDirectory::has(const std::string& name) const {
  struct stat status {};
  return ::fstatat(fd_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

UniqueFd StateDirectory::write_new(const std::string& name, std::string_view text) const {
  // What a crash left behind; its writer held the lock that this one holds now.
  if (::unlinkat(fd_.get(), name.c_str(), 0) != 0 && errno != ENOENT) fail(name, "cannot be removed");
  UniqueFd file(
      ::openat(fd_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
  if (!file) fail(name, "cannot be made");
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail(name, "cannot be written");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return file;
}

void StateDirectory::replace(const std::string& name, std::string_view text) const {
  const std::string fresh = name + ".new";
  UniqueFd file = write_new(fresh, text);
  if (::fsync(file.get()) != 0) fail(fresh, "cannot be flushed to disk");
  // NFS and quotas may report a failure of write only here.
  if (::close(file.release()) != 0) fail(fresh, "cannot be closed");
  if (::renameat(fd_.get(), fresh.c_str(), fd_.get(), name.c_str()) != 0) fail(name, "cannot be replaced");
  if (::fsync(fd_.get()) != 0) fail("", "cannot be flushed to disk");
}

void StateDirectory::remove(const std::string& name) const {
  if (::unlinkat(fd_.get(), name.c_str(), 0) != 0) {
    if (errno == ENOENT) return;
    fail(name, "cannot be removed");
  }
  if (::fsync(fd_.get()) != 0) fail("", "cannot be flushed to disk");
}

UniqueFd StateDirectory::lock(const std::string& name, const Deadline& deadline, const Clock& clock) const {
  UniqueFd file(
      ::openat(fd_.get(), name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, kFileMode));
  if (!file) fail(name, "cannot be opened");
  check_file(file.get(), name);
  // Tried again and again: a blocking flock(2) knows no deadline.
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) fail(name, "cannot be locked");
    if (deadline.expired(clock)) throw StateError(path_ + "/" + name + ": stayed locked by another login");
    (void)::poll(nullptr, 0, static_cast<int>(kLockPause.count()));
  }
  return file;
}

}  // namespace toopher::offline
