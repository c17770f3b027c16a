// SPDX-License-Identifier: Apache-2.0
#include "device/seed.h"

#include <string>

#include "crypto/hash.h"

namespace toopher::device {

Secret agree_on_seed(const crypto::PrivateKey& own, const crypto::PublicKey& peer,
                     std::string_view pairing_id, std::string_view device_point,
                     std::string_view server_point) {
  std::string info = "toopher-code-seed-v1";
  info += '\0';
  info += device_point;
  info += server_point;
  return crypto::hkdf_sha256(own.agree(peer).view(), pairing_id, info, kSeedSize);
}

}  // namespace toopher::device
