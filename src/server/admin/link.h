// SPDX-License-Identifier: Apache-2.0
// How toopher-admin reaches what it works on.
#ifndef TOOPHER_SERVER_ADMIN_LINK_H
#define TOOPHER_SERVER_ADMIN_LINK_H

#include <memory>
#include <string>

#include "api/json.h"
#include "server/server_config.h"

namespace toopher::server::admin {

inline constexpr const char* kAdminApiPath = "/admin/v1/";

class Link {
 public:
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  virtual ~Link() = default;
  /// Throws Refused, or std::runtime_error without an answer.
  virtual api::Json call(const std::string& operation, const json_t* parameters) = 0;
};

/// HTTP over the server's socket. Nothing if no server listens there; throws std::runtime_error if this process may not
/// speak with it.
std::unique_ptr<Link> link_to_server(const ServerConfig& config);

/// The database itself. Throws std::runtime_error, also when it is in use by a server.
std::unique_ptr<Link> link_to_database(const ServerConfig& config);

}  // namespace toopher::server::admin

#endif
