// SPDX-License-Identifier: Apache-2.0
#include "device/credential.h"

#include "crypto/encoding.h"
#include "device/lines.h"

namespace toopher::device {

std::string credential_bytes(std::string_view origin, std::string_view pairing_id,
                             std::string_view credential_id, std::string_view point) {
  return lines({"toopher-credential-v1", origin, pairing_id, crypto::base64url_encode(credential_id),
                crypto::base64url_encode(point)});
}

}  // namespace toopher::device
