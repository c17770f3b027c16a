// SPDX-License-Identifier: Apache-2.0
// The running server: store, loop and listener put together, until a signal ends it.
#ifndef TOOPHER_SERVER_SERVE_H
#define TOOPHER_SERVER_SERVE_H

#include "server/server_config.h"

namespace toopher::server {

/// Prints `toopherd: ready on URL` to stdout when it listens; returns after SIGTERM or SIGINT once parked polls are
/// answered and the queue is committed. Throws std::exception when it cannot start.
void serve(const ServerConfig& config);

}  // namespace toopher::server

#endif
