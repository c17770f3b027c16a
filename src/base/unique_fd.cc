// SPDX-License-Identifier: Apache-2.0
#include "base/unique_fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace toopher {

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) reset(other.release());
  return *this;
}

int UniqueFd::release() {
  return std::exchange(fd_, -1);
}

void UniqueFd::reset(int fd) {
  // close() is not repeated on EINTR: Linux has released the descriptor by then (close(2)).
  if (fd_ >= 0) (void)::close(fd_);
  fd_ = fd;
}

UniqueFd open_existing(const char* path, int flags) noexcept {
  int fd = -1;
  while ((fd = ::open(path, flags)) < 0 && errno == EINTR) {
  }
  return UniqueFd(fd);
}

}  // namespace toopher
