// SPDX-License-Identifier: Apache-2.0
// A browser's subscription to push messages, and how the store keeps it.
#ifndef TOOPHER_SERVER_PUSH_SUBSCRIPTION_H
#define TOOPHER_SERVER_PUSH_SUBSCRIPTION_H

#include <optional>
#include <string_view>

#include "base/secret.h"
#include "webpush/encryption.h"
#include "webpush/endpoint.h"

namespace toopher::server::push {

struct Subscription {
  webpush::Endpoint endpoint;
  webpush::Receiver receiver;

  /// Three lines: endpoint, p256dh and auth, the latter in base64url.
  [[nodiscard]] Secret to_target() const;
  /// Nothing if it is not what to_target() made.
  static std::optional<Subscription> from_target(std::string_view target);
};

}  // namespace toopher::server::push

#endif
