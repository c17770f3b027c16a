// SPDX-License-Identifier: Apache-2.0
// The directory that holds the offline codes: who may have it, and changes in it that survive a crash.
#ifndef TOOPHER_OFFLINE_STATE_DIRECTORY_H
#define TOOPHER_OFFLINE_STATE_DIRECTORY_H

#include <sys/types.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/deadline.h"
#include "base/file.h"
#include "base/secret.h"
#include "base/unique_fd.h"

namespace toopher::offline {

/// A step on the way to the disk failed, or a file there is not what it must be. what() is a sentence for the log.
class StateError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Whom the directory must belong to.
struct Owner {
  uid_t uid;
  gid_t gid;
};

/// Opens the directory and checks it: no link, owner, mode 0700, and parents by `parents`. Makes it, and its parents, where they are missing. Throws FileError.
[[nodiscard]] UniqueFd open_state_directory(const std::string& path, const Owner& owner,
                                            const FileRules& parents);

/// Files in that directory, by descriptor: no path of it is ever resolved again.
class StateDirectory {
 public:
  /// `path` for messages only.
  StateDirectory(UniqueFd directory, std::string path) : fd_(std::move(directory)), path_(std::move(path)) {}

  [[nodiscard]] const std::string& path() const { return path_; }

  /// The content of a file of at most `max_bytes`; nothing if there is no such file. A link, a directory, a file of somebody
  /// else or one that others may touch is a StateError.
  [[nodiscard]] std::optional<Secret> read(const std::string& name, std::size_t max_bytes) const;

  [[nodiscard]] bool has(const std::string& name) const;

  /// Puts `text` in the place of the file: written, flushed, renamed, and the directory flushed, in this order; on return it is
  /// durable. Throws StateError: then the file has the old or the new content, never a part. Callers hold a lock.
  void replace(const std::string& name, std::string_view text) const;

  /// Removes the file, durably; no error if there is none. Throws StateError.
  void remove(const std::string& name) const;

  /// A lock on the file `name`, which is made and stays; given up with the descriptor. Waits until `deadline`, then throws
  /// StateError.
  [[nodiscard]] UniqueFd lock(const std::string& name, const Deadline& deadline, const Clock& clock) const;

 private:
  [[noreturn]] void fail(const std::string& name, const std::string& step) const;
  void check_file(int fd, const std::string& name) const;
  [[nodiscard]] UniqueFd write_new(const std::string& name, std::string_view text) const;

  UniqueFd fd_;
  std::string path_;
};

}  // namespace toopher::offline

#endif
