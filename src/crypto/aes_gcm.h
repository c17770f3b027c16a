// SPDX-License-Identifier: Apache-2.0
// AES-128-GCM with a nonce of the caller's, as RFC 8188 builds on it. What is kept at rest is sealed by seal.h.
#ifndef TOOPHER_CRYPTO_AES_GCM_H
#define TOOPHER_CRYPTO_AES_GCM_H

#include <cstddef>
#include <string>
#include <string_view>

namespace toopher::crypto {

inline constexpr std::size_t kAes128KeySize = 16;
inline constexpr std::size_t kGcmNonceSize = 12;
inline constexpr std::size_t kGcmTagSize = 16;

/// Ciphertext ‖ tag (SP 800-38D). The nonce must be new for this key. Throws CryptoError, for wrong sizes too.
[[nodiscard]] std::string aes128_gcm(std::string_view key, std::string_view nonce, std::string_view plain);

}  // namespace toopher::crypto

#endif
