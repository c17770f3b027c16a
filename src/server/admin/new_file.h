// SPDX-License-Identifier: Apache-2.0
// A file that appears complete and durable under its name, or not at all.
#ifndef TOOPHER_SERVER_ADMIN_NEW_FILE_H
#define TOOPHER_SERVER_ADMIN_NEW_FILE_H

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace toopher::server::admin {

class NewFile {
 public:
  struct Owner {
    uid_t user;
    gid_t group;
  };
  /// Those of the file at `path`. Throws std::runtime_error.
  static Owner like(const std::string& path);

  /// Begins it, mode 0600, under a temporary name in the same directory. Throws std::runtime_error, as the others do.
  NewFile(const std::string& path, Owner owner);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  /// Removes the temporary file unless it got its name.
  ~NewFile();

  [[nodiscard]] const std::string& temporary() const { return temporary_; }
  void write(std::string_view content);
  /// Syncs it and gives it its name, in place of a file that has it.
  void replace();
  /// The same, but never in place of another file.
  void add();

 private:
  void sync() const;
  void sync_directory() const;

  std::string path_;
  std::string temporary_;
  UniqueFd fd_;
};

}  // namespace toopher::server::admin

#endif
