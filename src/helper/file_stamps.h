// SPDX-License-Identifier: Apache-2.0
// Noticing that files were changed since they were read.
#ifndef TOOPHER_HELPER_FILE_STAMPS_H
#define TOOPHER_HELPER_FILE_STAMPS_H

#include <sys/stat.h>
#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

namespace toopher::helper {

class FileStamps {
 public:
  FileStamps() = default;
  /// What the files are like now; one that cannot be looked at counts as changed when that changes.
  explicit FileStamps(const std::vector<std::string>& files);
  [[nodiscard]] bool changed() const;

 private:
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    timespec modified{};
    timespec status_changed{};
  };
  static Stamp stamp_of(const std::string& file);

  std::vector<std::pair<std::string, Stamp>> stamps_;
};

}  // namespace toopher::helper

#endif
