// SPDX-License-Identifier: Apache-2.0
// The configured database, whichever engine it is of.
#ifndef TOOPHER_SERVER_OPEN_STORE_H
#define TOOPHER_SERVER_OPEN_STORE_H

#include <memory>

#include "crypto/seal.h"
#include "server/server_config.h"
#include "server/store/postgres_options.h"
#include "server/store/store.h"

namespace toopher::server {

enum class StoreUser {
  server,  ///< wants to hear what other instances do
  program  ///< an operator's, for one thing at a time
};

/// How the PostgreSQL that `database` names is reached. Throws FileError.
postgres::Options postgres_options(const ServerConfig& config);

/// Throws StoreError, FileError or std::runtime_error.
std::unique_ptr<Store> open_store(const ServerConfig& config, crypto::SealingKey key, StoreUser user,
                                  Store::Deliver deliver);

}  // namespace toopher::server

#endif
