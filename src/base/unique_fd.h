// SPDX-License-Identifier: Apache-2.0
// Ownership of a file descriptor.
#ifndef TOOPHER_BASE_UNIQUE_FD_H
#define TOOPHER_BASE_UNIQUE_FD_H

namespace toopher {

/// Closes its descriptor when destroyed. Move-only; -1 means none.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
  /// Gives up ownership; the caller closes the descriptor.
  [[nodiscard]] int release();
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

/// open(2) without a mode, begun again where a signal of the host's cut it short, as on a file of a network or a FUSE it may.
/// Empty, with errno, on failure.
[[nodiscard]] UniqueFd open_existing(const char* path, int flags) noexcept;

}  // namespace toopher

#endif
