// SPDX-License-Identifier: Apache-2.0
// scrypt (RFC 7914): a digest that costs memory and time, for codes that people can type.
#ifndef TOOPHER_CRYPTO_SCRYPT_H
#define TOOPHER_CRYPTO_SCRYPT_H

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/secret.h"

namespace toopher::crypto {

/// The parameters of RFC 7914 section 2. Memory: 128 * n * r bytes; time grows with n * r * p.
struct ScryptCost {
  std::uint64_t n = 1 << 15;  ///< a power of two
  std::uint64_t r = 8;
  std::uint64_t p = 1;
};

/// `length` bytes. Throws CryptoError, also when the memory cannot be had.
[[nodiscard]] Secret scrypt(std::string_view password, std::string_view salt, const ScryptCost& cost,
                            std::size_t length);

}  // namespace toopher::crypto

#endif
