// SPDX-License-Identifier: Apache-2.0
// Digests, HMAC and HKDF.
#ifndef TOOPHER_CRYPTO_HASH_H
#define TOOPHER_CRYPTO_HASH_H

#include <cstddef>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace toopher::crypto {

enum class Digest { sha1, sha256, sha512 };

/// 32 raw bytes.
[[nodiscard]] std::string sha256(std::string_view data);

/// Raw bytes of HMAC (RFC 2104): 20, 32 or 64. Throws CryptoError.
[[nodiscard]] std::string hmac(Digest digest, std::string_view key, std::string_view data);

/// HKDF with SHA-256 (RFC 5869); `length` in bytes, at most 8160. Throws CryptoError.
[[nodiscard]] Secret hkdf_sha256(std::string_view input_key, std::string_view salt, std::string_view info,
                                 std::size_t length);

}  // namespace toopher::crypto

#endif
