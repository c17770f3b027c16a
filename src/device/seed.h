// SPDX-License-Identifier: Apache-2.0
// The code seed of a pairing: agreed by ECDH and HKDF, so that it never crosses the wire.
#ifndef TOOPHER_DEVICE_SEED_H
#define TOOPHER_DEVICE_SEED_H

#include <string_view>

#include "base/secret.h"
#include "crypto/keys.h"

namespace toopher::device {

inline constexpr std::size_t kSeedSize = 20;  ///< RFC 4226 section 4, R6

/// HKDF-SHA256 with the ECDH secret of `own` and `peer`, salt = the pairing id's text, info =
/// `toopher-code-seed-v1`, a zero byte, the device's point and the server's point; kSeedSize bytes. Both
/// sides pass the same two points.
[[nodiscard]] Secret agree_on_seed(const crypto::PrivateKey& own, const crypto::PublicKey& peer,
                                   std::string_view pairing_id, std::string_view device_point,
                                   std::string_view server_point);

}  // namespace toopher::device

#endif
