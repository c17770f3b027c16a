// SPDX-License-Identifier: Apache-2.0
// How a phone wants to be told that something waits for it.
#ifndef TOOPHER_SERVER_SERVICE_PUSH_H
#define TOOPHER_SERVER_SERVICE_PUSH_H

#include <string>
#include <string_view>

#include "crypto/keys.h"
#include "server/service/context.h"
#include "webpush/hosts.h"

namespace toopher::server {

/// What the configuration says about Web Push.
struct PushPolicy {
  std::string point;    ///< the server's public key; empty: there is no Web Push
  std::string problem;  ///< why there is none, for people
  webpush::Hosts hosts;
};

/// The key that push services know this server by, made now if there is none.
crypto::PrivateKey push_key(Context& context);

/// Replaces the device's subscription; `point` and `auth` are raw. Throws Refused: 409 where there is no Web Push; 400 for
/// an endpoint that may not be called, or keys that cannot be; 429 when too often.
void subscribe_to_push(Context& context, const Device& device, const PushPolicy& policy,
                       std::string_view endpoint, std::string_view point, std::string_view auth);

void unsubscribe_from_push(Context& context, const Device& device);

/// A message to the device, to try it out. Throws Refused: 409 without a subscription, 429 when too often.
void send_test_push(Context& context, const Device& device, const PushPolicy& policy);

/// From now on the user is also told through ntfy, at this topic. Throws Refused: 400 for what ntfy takes for no topic.
void tell_by_ntfy(Context& context, const Caller& caller, const User& user, std::string_view topic);
void stop_ntfy(Context& context, const Caller& caller, const User& user);

}  // namespace toopher::server

#endif
