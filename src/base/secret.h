// SPDX-License-Identifier: Apache-2.0
// Memory for passwords, codes and keys: it is wiped before it is given back, and never copied by accident.
#ifndef TOOPHER_BASE_SECRET_H
#define TOOPHER_BASE_SECRET_H

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace toopher {

/// Bytes that nobody else should see. Move-only; wiped with explicit_bzero when destroyed, overwritten or
/// moved from.
class Secret {
 public:
  Secret() = default;
  /// Copies `bytes`; the caller still owns, and wipes, the original.
  explicit Secret(std::string_view bytes);
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  /// `size` zero bytes to be filled through data().
  static Secret zeroed(std::size_t size);
  /// Takes the content of `text` and wipes it there.
  static Secret take(std::string& text);
  /// A second copy, asked for explicitly.
  [[nodiscard]] Secret clone() const { return Secret(view()); }

  [[nodiscard]] std::string_view view() const { return {bytes_.get(), size_}; }
  [[nodiscard]] char* data() { return bytes_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  /// Appends without leaving a copy of the old content behind.
  void append(std::string_view bytes);
  /// Wipes what is behind the first `size` bytes and forgets it; `size` is at most size().
  void shrink(std::size_t size);
  void wipe() noexcept;

  /// Compares in time that depends on the lengths only.
  [[nodiscard]] bool equals(std::string_view other) const;

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

/// Overwrites the content of `text`, its spare capacity included, and empties it.
void wipe(std::string& text) noexcept;

/// Compares in time that depends on the lengths only.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace toopher

#endif
