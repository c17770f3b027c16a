// SPDX-License-Identifier: Apache-2.0
#include "device/code_app.h"

#include "device/lines.h"

namespace toopher::device {

std::string code_app_bytes(std::string_view origin, std::string_view pairing_id,
                           const CallAuthorization& call) {
  return lines({"toopher-code-app-v1", origin, pairing_id, std::to_string(call.timestamp), call.nonce});
}

}  // namespace toopher::device
