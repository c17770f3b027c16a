// SPDX-License-Identifier: Apache-2.0
#include "server/reload.h"

namespace toopher::server {

std::string keys_that_need_a_restart(const ServerConfig& running, const ServerConfig& fresh) {
  std::string keys;
  const auto compare = [&keys](const char* key, bool changed) {
    if (changed) keys += (keys.empty() ? "" : ", ") + std::string(key);
  };
  compare("listen",
          running.listen.address != fresh.listen.address || running.listen.port != fresh.listen.port);
  compare("origin", running.origin != fresh.origin);
  compare("database", running.database != fresh.database);
  compare("database-password-file", running.database_password_file != fresh.database_password_file);
  compare("database-connections", running.database_connections != fresh.database_connections);
  compare("key-file", running.key_file != fresh.key_file);
  compare("admin-socket", running.admin_socket != fresh.admin_socket);
  // From HTTP to HTTPS or back: other clients, another origin.
  compare("certificate", running.certificate.empty() != fresh.certificate.empty());
  return keys;
}

}  // namespace toopher::server
