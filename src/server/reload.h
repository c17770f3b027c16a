// SPDX-License-Identifier: Apache-2.0
// What SIGHUP does to a configuration: which of its changes need a restart.
#ifndef TOOPHER_SERVER_RELOAD_H
#define TOOPHER_SERVER_RELOAD_H

#include <string>

#include "server/server_config.h"

namespace toopher::server {

/// The keys, separated by commas, whose new value the running server cannot take over; empty: it can take over everything.
[[nodiscard]] std::string keys_that_need_a_restart(const ServerConfig& running, const ServerConfig& fresh);

}  // namespace toopher::server

#endif
