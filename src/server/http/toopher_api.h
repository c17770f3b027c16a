// SPDX-License-Identifier: Apache-2.0
// The requesters' side: the Toopher API v1 (/v1/...).
#ifndef TOOPHER_SERVER_HTTP_TOOPHER_API_H
#define TOOPHER_SERVER_HTTP_TOOPHER_API_H

#include "server/http/app.h"

namespace toopher::server {

inline constexpr std::string_view kToopherApiPath = "/v1/";

/// Answers a request whose path starts with kToopherApiPath.
boost::asio::awaitable<Response> toopher_api(App& app, const Request& request, Peer& peer);

/// The same within one transaction, and without waiting for anything. Throws StoreError and NeedsHashes.
Answer answer_toopher_call(Context& context, const Request& request, const Gateways& gateways = {});

}  // namespace toopher::server

#endif
