// SPDX-License-Identifier: Apache-2.0
// Secrets at rest: AES-256-GCM under a key that is not kept beside the data, and that can be replaced while it is in use.
#ifndef TOOPHER_CRYPTO_SEAL_H
#define TOOPHER_CRYPTO_SEAL_H

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

namespace toopher::crypto {

/// A key that seals and opens, and others that only open. Safe from every thread, but for also_opens().
class SealingKey {
 public:
  static constexpr std::size_t kSize = 32;
  /// Nothing unless `key` has kSize bytes.
  static std::optional<SealingKey> from_bytes(Secret key);
  static SealingKey generate();
  SealingKey(SealingKey&& other) noexcept;
  SealingKey& operator=(SealingKey&& other) noexcept;
  SealingKey(const SealingKey&) = delete;
  SealingKey& operator=(const SealingKey&) = delete;
  ~SealingKey();

  /// The key that seals; valid as long as this object or one that shares it, replacement or not.
  [[nodiscard]] std::string_view bytes() const;
  /// That and the others.
  [[nodiscard]] std::vector<std::string_view> all_bytes() const;

  /// A further key of kSize bytes that opens, before this is shared.
  void also_opens(Secret key);
  /// The same key once more: what replaces one of them replaces both.
  [[nodiscard]] SealingKey share() const;
  /// From now on this, and whatever shares it, seals and opens as `other` does.
  void replace_by(const SealingKey& other);

  /// Random 96-bit nonce ‖ ciphertext ‖ 128-bit tag (SP 800-38D). `context` names what is sealed (table,
  /// column, id) and must be the same to open it, so that sealed values cannot be swapped.
  [[nodiscard]] std::string seal(std::string_view plain, std::string_view context) const;
  /// Nothing if anything was changed.
  [[nodiscard]] std::optional<Secret> open(std::string_view sealed, std::string_view context) const;
  /// The same, by the key alone that seals.
  [[nodiscard]] std::optional<Secret> open_with_current(std::string_view sealed,
                                                        std::string_view context) const;

 private:
  struct Ring;
  explicit SealingKey(Secret key);
  explicit SealingKey(std::shared_ptr<Ring> ring);
  std::shared_ptr<Ring> ring_;
};

}  // namespace toopher::crypto

#endif
