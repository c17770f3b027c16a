// SPDX-License-Identifier: Apache-2.0
// Secrets at rest: AES-256-GCM under one key that is not kept beside the data.
#ifndef TOOPHER_CRYPTO_SEAL_H
#define TOOPHER_CRYPTO_SEAL_H

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace toopher::crypto {

class SealingKey {
 public:
  static constexpr std::size_t kSize = 32;
  /// Nothing unless `key` has kSize bytes.
  static std::optional<SealingKey> from_bytes(Secret key);
  static SealingKey generate();
  [[nodiscard]] std::string_view bytes() const { return key_.view(); }

  /// Random 96-bit nonce ‖ ciphertext ‖ 128-bit tag (SP 800-38D). `context` names what is sealed (table,
  /// column, id) and must be the same to open it, so that sealed values cannot be swapped.
  [[nodiscard]] std::string seal(std::string_view plain, std::string_view context) const;
  /// Nothing if anything was changed.
  [[nodiscard]] std::optional<Secret> open(std::string_view sealed, std::string_view context) const;

 private:
  explicit SealingKey(Secret key) : key_(std::move(key)) {}
  Secret key_;
};

}  // namespace toopher::crypto

#endif
