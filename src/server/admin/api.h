// SPDX-License-Identifier: Apache-2.0
// What the running server answers to toopher-admin.
#ifndef TOOPHER_SERVER_ADMIN_API_H
#define TOOPHER_SERVER_ADMIN_API_H

#include <functional>
#include <map>
#include <string>

#include "server/admin/call.h"
#include "server/admin/socket.h"
#include "server/http/app.h"

namespace toopher::server::admin {

/// What only a running server can do; by the name of the operation. Each gets the parameters. On the loop's thread.
using ServerOperations = std::map<std::string, std::function<api::Json(const json_t* parameters)>>;

/// Answers /admin/v1/NAME: an operation of the table within a transaction, or one of the server's.
boost::asio::awaitable<Response> answer(App& app, const ServerOperations& own, const SocketCall& call,
                                        Peer& peer);

}  // namespace toopher::server::admin

#endif
