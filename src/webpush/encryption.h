// SPDX-License-Identifier: Apache-2.0
// Message Encryption for Web Push (RFC 8291): only the browser that subscribed can read what the push service carries.
#ifndef TOOPHER_WEBPUSH_ENCRYPTION_H
#define TOOPHER_WEBPUSH_ENCRYPTION_H

#include <cstddef>
#include <string>
#include <string_view>

#include "crypto/keys.h"

namespace toopher::webpush {

inline constexpr std::size_t kAuthSize = 16;
/// Bytes of content, padding included, that fit into the 4096 bytes that every push service takes (RFC 8291 section 4).
inline constexpr std::size_t kMaxContent = 3993;

/// The keys of a subscription, as the browser gave them.
struct Receiver {
  crypto::PublicKey key;  ///< p256dh
  std::string auth;       ///< kAuthSize bytes
};

/// Fixed parts of a message, for test vectors; others use the function without them.
struct Ephemeral {
  crypto::PrivateKey key;
  std::string salt;
};

/// One record of the coding aes128gcm; `content` is padded to `size` bytes if it is shorter. Throws
/// std::invalid_argument when that is more than kMaxContent, crypto::CryptoError.
[[nodiscard]] std::string encrypt(std::string_view content, std::size_t size, const Receiver& receiver,
                                  const Ephemeral& ephemeral);

/// The same with a key and a salt that nobody used before.
[[nodiscard]] std::string encrypt(std::string_view content, std::size_t size, const Receiver& receiver);

}  // namespace toopher::webpush

#endif
