// SPDX-License-Identifier: Apache-2.0
// What a phone verifies its person for when it asks for another code app: this one call.
#ifndef TOOPHER_DEVICE_CODE_APP_H
#define TOOPHER_DEVICE_CODE_APP_H

#include <string>
#include <string_view>

#include "device/call_signature.h"

namespace toopher::device {

/// The bytes whose SHA-256 is the challenge: the lines `toopher-code-app-v1`, origin, pairing id, and the timestamp and nonce
/// of the call that asks, each ended by a line feed. The nonce counts once and for some minutes, and so does what was
/// verified for it.
[[nodiscard]] std::string code_app_bytes(std::string_view origin, std::string_view pairing_id,
                                         const CallAuthorization& call);

}  // namespace toopher::device

#endif
