// SPDX-License-Identifier: Apache-2.0
// Reading files whose content decides who gets in: what is read is exactly what was checked.
#ifndef TOOPHER_BASE_FILE_H
#define TOOPHER_BASE_FILE_H

#include <sys/stat.h>
#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

#include "base/secret.h"
#include "base/unique_fd.h"

namespace toopher {

/// What a file must be like before it is believed.
struct FileRules {
  uid_t owner = 0;                    ///< who may own the file and its parent directories (root always may)
  bool secret = false;                ///< no read for others; for the group only if it is `reader_group`
  std::optional<gid_t> reader_group;  ///< group that may read a secret file (the helper's)
  std::size_t max_bytes = 65536;      ///< a longer file is an error
  bool sticky_parents = false;        ///< accept root's sticky directories (/tmp) among the parents
};

/// Why a file is not believed. what() is a sentence with the path and what to do.
class FileError : public std::runtime_error {
 public:
  enum class Kind { missing, unreadable, unsafe, too_large };
  FileError(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  [[nodiscard]] Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

/// Opens `path` (absolute) read-only with O_NOFOLLOW|O_CLOEXEC|O_NONBLOCK and checks the opened descriptor
/// and all parent directories, those that symbolic links lead through included: regular file, owner, no write for
/// group or others. Throws FileError.
UniqueFd open_checked(const std::string& path, const FileRules& rules);

/// Checks a directory (absolute path) and all its parents like those of a file. Throws FileError.
void check_directory(const std::string& path, const FileRules& rules);

/// Calls `visit` for every directory and symbolic link that leads to `path` (absolute), from the root on, as the kernel
/// walks it. Throws FileError where it cannot go on.
void walk_parents(const std::string& path,
                  const std::function<void(const std::string& at, const struct stat& status)>& visit);

/// The whole content of `fd`, from its start; throws FileError (naming `path`) when it is longer than
/// `max_bytes` or cannot be read.
Secret read_all(int fd, const std::string& path, std::size_t max_bytes);

/// open_checked, then read_all.
Secret read_checked(const std::string& path, const FileRules& rules);

/// The rules that fit this process: root's files; only where ruid = euid != 0 and the kernel did not set
/// AT_SECURE may files also belong to the caller, so that everything can be tried without root.
[[nodiscard]] bool caller_may_own_files();

/// {owner, sticky_parents} set by caller_may_own_files().
[[nodiscard]] FileRules rules_for_this_process();

}  // namespace toopher

#endif
