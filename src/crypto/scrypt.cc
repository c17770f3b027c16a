// SPDX-License-Identifier: Apache-2.0
#include "crypto/scrypt.h"

#include <openssl/evp.h>

#include "crypto/openssl.h"

namespace toopher::crypto {

Secret scrypt(std::string_view password, std::string_view salt, const ScryptCost& cost, std::size_t length) {
  // OpenSSL's own limit is 32 MiB with all its bookkeeping, which is less than these parameters may need.
  constexpr std::uint64_t kMostMemory = std::uint64_t{256} << 20;
  Secret out = Secret::zeroed(length);
  check(EVP_PBE_scrypt(password.data(), password.size(), bytes_of(salt), salt.size(), cost.n, cost.r, cost.p,
                       kMostMemory, bytes_of(out), out.size()),
        "EVP_PBE_scrypt");
  return out;
}

}  // namespace toopher::crypto
