// SPDX-License-Identifier: Apache-2.0
// Who is calling: a requester by OAuth, a device by its own signature. Each call counts once.
#ifndef TOOPHER_SERVER_SERVICE_AUTHENTICATE_H
#define TOOPHER_SERVER_SERVICE_AUTHENTICATE_H

#include <string>
#include <string_view>

#include "device/call_signature.h"
#include "oauth/verify.h"
#include "server/service/context.h"

namespace toopher::server {

struct RequesterCall {
  Caller caller;
  oauth::Parameters parameters;
};

/// Throws Refused (401) for everything that is not a fresh call, rightly signed by a known requester.
RequesterCall authenticate_requester(Context& context, const oauth::SignedRequest& request);

/// Throws Refused (401, with server_time in the message) unless a registered device signed this call now.
Device authenticate_device(Context& context, const device::Call& call, std::string_view authorization);

/// The call that registers a device, signed with the very key it brings. Throws Refused (401).
void authenticate_new_device(Context& context, const device::Call& call, std::string_view authorization,
                             const crypto::PublicKey& signing_key);

}  // namespace toopher::server

#endif
