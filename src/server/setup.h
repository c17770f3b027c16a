// SPDX-License-Identifier: Apache-2.0
// What an operator does before the server runs: make its directory, add requesters.
#ifndef TOOPHER_SERVER_SETUP_H
#define TOOPHER_SERVER_SETUP_H

#include <optional>
#include <string>
#include <string_view>

#include "crypto/seal.h"
#include "server/server_config.h"
#include "server/store/records.h"

namespace toopher::server {

struct InitOptions {
  std::string directory;
  std::string listen = "127.0.0.1:8477";
  std::string origin;         ///< empty: made of the address
  std::string database;       ///< of PostgreSQL; empty: an SQLite file in the directory
  std::string password_file;  ///< for it; empty: none
  std::string push_contact;   ///< whom operators of push services reach; empty: phones are not notified
};

/// Makes DIR/toopherd.conf, its database unless that is given, key file (0600) and the first requester's DIR/credentials (0600), and prints
/// the credentials to stdout. Throws std::runtime_error when one of them exists already.
void initialise(const InitOptions& options);

/// Adds a requester and prints its credentials to stdout. Throws std::runtime_error, also for a name that exists.
void add_requester(const ServerConfig& config, const std::string& name, Scopes scopes);

/// `login,enrol,admin` or a part of it; nothing for other words.
std::optional<Scopes> parse_scopes(std::string_view text);

/// The key that secrets in the database are sealed with. Throws FileError or std::runtime_error.
crypto::SealingKey load_sealing_key(const std::string& file);

}  // namespace toopher::server

#endif
