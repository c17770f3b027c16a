// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "base/text.h"

namespace toopher {
namespace {

std::string octal(mode_t mode) {
  std::string digits = "0000";
  for (std::size_t i = digits.size(); i-- > 0; mode >>= 3) digits[i] = static_cast<char>('0' + (mode & 7));
  return digits;
}

[[noreturn]] void unsafe(const std::string& path, const std::string& what) {
  throw FileError(FileError::Kind::unsafe, path + ": " + what);
}

void check_owner(const std::string& path, const struct stat& status, const FileRules& rules) {
  if (status.st_uid == 0 || status.st_uid == rules.owner) return;
  unsafe(path, "belongs to uid " + std::to_string(status.st_uid) + ", but must belong to " +
                   (rules.owner == 0 ? std::string("root") : "root or uid " + std::to_string(rules.owner)));
}

void check_one_directory(const std::string& directory, const struct stat& status, const FileRules& rules) {
  check_owner(directory, status, rules);
  const bool writable = (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  const bool sticky = rules.sticky_parents && status.st_uid == 0 && (status.st_mode & S_ISVTX) != 0;
  if (writable && !sticky)
    unsafe(directory, "may be written by group or others (mode " + octal(status.st_mode & 07777) +
                          "), so nothing in it can be trusted; chmod go-w " + directory);
}

std::string target_of(const std::string& link) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
  if (length < 0) throw FileError(FileError::Kind::unreadable, link + ": " + error_text(errno));
  return {target.data(), static_cast<std::size_t>(length)};
}

/// Takes the next name off `rest`; "" at its end.
std::string next_name(std::string& rest) {
  while (!rest.empty()) {
    const auto length = rest.find('/');
    std::string name = rest.substr(0, length);
    rest.erase(0, length == std::string::npos ? length : length + 1);
    if (!name.empty() && name != ".") return name;
  }
  return {};
}

/// `directory` ends in a slash, and so does the result.
std::string parent_of(const std::string& directory) {
  return directory == "/" ? directory : directory.substr(0, directory.rfind('/', directory.size() - 2) + 1);
}

/// From the root on, nobody else can change what was found to be safe.
void check_parents(const std::string& path, const FileRules& rules) {
  walk_parents(path, [&rules](const std::string& at, const struct stat& status) {
    if (S_ISLNK(status.st_mode)) {
      check_owner(at, status, rules);
    } else {
      check_one_directory(at, status, rules);
    }
  });
}

}  // namespace

/// As the kernel walks, no directory on the way is left out, those behind a symbolic link included: whoever may write in
/// one of them chooses the file.
void walk_parents(const std::string& path,
                  const std::function<void(const std::string& at, const struct stat& status)>& visit) {
  constexpr unsigned kMostLinks = 40;  // the kernel's limit
  std::string rest = path.substr(1, path.rfind('/'));
  std::string here = "/";
  for (unsigned links = 0;;) {
    struct stat status {};
    if (::lstat(here.c_str(), &status) != 0)
      throw FileError(FileError::Kind::unreadable, here + ": " + error_text(errno));
    visit(here, status);
    if (S_ISLNK(status.st_mode)) {
      if (++links > kMostLinks) unsafe(path, "leads through too many symbolic links");
      const std::string target = target_of(here);
      rest.insert(0, target + "/");
      here = target.starts_with('/') ? "/" : here.substr(0, here.rfind('/') + 1);
    } else {
      here += here.ends_with('/') ? "" : "/";
    }
    const std::string name = next_name(rest);
    if (name.empty()) return;
    if (name == "..") {
      here = parent_of(here);
    } else {
      here += name;
    }
  }
}

UniqueFd open_checked(const std::string& path, const FileRules& rules) {
  if (path.empty() || path.front() != '/') unsafe(path, "must be an absolute path");
  UniqueFd fd = open_existing(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (!fd) {
    const int error = errno;
    if (error == ELOOP) unsafe(path, "is a symbolic link; name the file itself");
    throw FileError(error == ENOENT ? FileError::Kind::missing : FileError::Kind::unreadable,
                    path + ": " + (error == ENOENT ? std::string("does not exist") : error_text(error)));
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0)
    throw FileError(FileError::Kind::unreadable, path + ": " + error_text(errno));
  if (!S_ISREG(status.st_mode)) unsafe(path, "is not a regular file");
  check_owner(path, status, rules);
  const mode_t mode = status.st_mode & 07777;
  if ((mode & (S_IWGRP | S_IWOTH)) != 0)
    unsafe(path, "may be written by group or others (mode " + octal(mode) + "); chmod go-w " + path);
  if (rules.secret) {
    const bool group_may_read = rules.reader_group && *rules.reader_group == status.st_gid;
    const mode_t forbidden = group_may_read ? S_IRWXO : (S_IRWXO | S_IRWXG);
    if ((mode & forbidden) != 0)
      unsafe(path, "holds a secret but may be read by others (mode " + octal(mode) + "); chmod 600 " + path);
  }
  check_parents(path, rules);
  return fd;
}

void check_directory(const std::string& path, const FileRules& rules) {
  if (path.empty() || path.front() != '/') unsafe(path, "must be an absolute path");
  check_parents(path + "/", rules);
}

Secret read_all(int fd, const std::string& path, std::size_t max_bytes) {
  // The size is only a hint for the buffer (most files are far below the limit); what counts is what can be read.
  constexpr std::size_t kSpare = 512;
  struct stat status {};
  const std::size_t hint =
      ::fstat(fd, &status) == 0 && status.st_size > 0 ? static_cast<std::size_t>(status.st_size) : 0;
  Secret buffer = Secret::zeroed(std::min(hint + kSpare, max_bytes + 1));
  std::size_t length = 0;
  for (;;) {
    const ssize_t got =
        ::pread(fd, buffer.data() + length, buffer.size() - length, static_cast<off_t>(length));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw FileError(FileError::Kind::unreadable, path + ": " + error_text(errno));
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
    if (length > max_bytes)
      throw FileError(FileError::Kind::too_large,
                      path + ": is longer than " + std::to_string(max_bytes) + " bytes");
    if (length == buffer.size()) {
      Secret longer = Secret::zeroed(std::min(2 * length, max_bytes + 1));
      std::memcpy(longer.data(), buffer.data(), length);
      buffer = std::move(longer);
    }
  }
  buffer.shrink(length);
  return buffer;
}

Secret read_checked(const std::string& path, const FileRules& rules) {
  const UniqueFd fd = open_checked(path, rules);
  return read_all(fd.get(), path, rules.max_bytes);
}

bool caller_may_own_files() {
  return ::getuid() != 0 && ::getuid() == ::geteuid() && ::getgid() == ::getegid() &&
         ::getauxval(AT_SECURE) == 0;
}

FileRules rules_for_this_process() {
  FileRules rules;
  if (caller_may_own_files()) {
    rules.owner = ::getuid();
    rules.sticky_parents = true;
  }
  return rules;
}

}  // namespace toopher
