// SPDX-License-Identifier: Apache-2.0
#include "helper/file_stamps.h"

#include <algorithm>

namespace toopher::helper {
namespace {

bool same(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

}  // namespace

FileStamps::FileStamps(const std::vector<std::string>& files) {
  for (const std::string& file : files) stamps_.emplace_back(file, stamp_of(file));
}

FileStamps::Stamp FileStamps::stamp_of(const std::string& file) {
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, status.st_size, status.st_mtim, status.st_ctim};
}

bool FileStamps::changed() const {
  return std::any_of(stamps_.begin(), stamps_.end(), [](const auto& entry) {
    const Stamp& then = entry.second;
    const Stamp now = stamp_of(entry.first);
    return now.device != then.device || now.inode != then.inode || now.size != then.size ||
           !same(now.modified, then.modified) || !same(now.status_changed, then.status_changed);
  });
}

}  // namespace toopher::helper
