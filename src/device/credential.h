// SPDX-License-Identifier: Apache-2.0
// The credential by which a phone verifies its person (WebAuthn), bound by the device's key to one pairing.
#ifndef TOOPHER_DEVICE_CREDENTIAL_H
#define TOOPHER_DEVICE_CREDENTIAL_H

#include <string>
#include <string_view>

namespace toopher::device {

/// The bytes that the device signs when it offers a credential with its "allow" of a pairing: the lines
/// `toopher-credential-v1`, origin, pairing id, credential id and the credential's point (base64url), each ended by a line
/// feed. `credential_id` and `point` are raw.
[[nodiscard]] std::string credential_bytes(std::string_view origin, std::string_view pairing_id,
                                           std::string_view credential_id, std::string_view point);

}  // namespace toopher::device

#endif
