// SPDX-License-Identifier: Apache-2.0
// The phones' side: docs/authenticator-api.md (/authenticator/v1/...).
#ifndef TOOPHER_SERVER_HTTP_AUTHENTICATOR_API_H
#define TOOPHER_SERVER_HTTP_AUTHENTICATOR_API_H

#include <memory>
#include <string_view>

#include "server/http/app.h"
#include "server/service/verification_policy.h"

namespace toopher::server {

inline constexpr std::string_view kAuthenticatorApiPath = "/authenticator/v1/";

/// What the configuration says about phones, as it was when the call came: a reload may replace it meanwhile.
struct PhonePolicy {
  std::shared_ptr<const PushPolicy> push;
  UserVerification verification = UserVerification::off;
};

/// Answers a request whose path starts with kAuthenticatorApiPath.
boost::asio::awaitable<Response> authenticator_api(App& app, const Request& request, Peer& peer);

/// The same within one transaction, and without waiting for anything. Throws StoreError.
Answer answer_authenticator_call(Context& context, const Request& request, const PhonePolicy& policy);

}  // namespace toopher::server

#endif
