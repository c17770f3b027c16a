// SPDX-License-Identifier: Apache-2.0
// The content coding aes128gcm (RFC 8188), encrypting side.
#ifndef TOOPHER_WEBPUSH_CONTENT_CODING_H
#define TOOPHER_WEBPUSH_CONTENT_CODING_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace toopher::webpush {

inline constexpr std::size_t kSaltSize = 16;

/// What stands in the header (RFC 8188 section 2.1).
struct Coding {
  std::string_view salt;    ///< kSaltSize random bytes, new for each message
  std::string_view key_id;  ///< at most 255 bytes
  std::uint32_t record_size = 4096;
};

/// Header and records. `padding` zero bytes hide the length of `content`; they go into the first records. Throws
/// std::invalid_argument for a salt, key id or record size that cannot be, crypto::CryptoError.
[[nodiscard]] std::string encode(std::string_view content, std::size_t padding, std::string_view input_key,
                                 const Coding& coding);

}  // namespace toopher::webpush

#endif
