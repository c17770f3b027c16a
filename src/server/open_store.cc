// SPDX-License-Identifier: Apache-2.0
#include "server/open_store.h"

#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

#include "base/text.h"
#include "server/log.h"
#include "server/store/postgres_store.h"
#include "server/store/sqlite_store.h"

namespace toopher::server {

namespace {

/// Opening would make an empty one, which knows nobody.
void require_existing(const std::string& database) {
  if (::access(database.c_str(), F_OK) != 0)
    throw std::runtime_error("the database " + database + " cannot be found: " + error_text(errno) +
                             "; put it back or restore a backup (toopherd --init makes a new installation)");
}

}  // namespace

postgres::Options postgres_options(const ServerConfig& config) {
  postgres::Options options(config.database);
  if (!config.database_password_file.empty())
    options.set_password(trim(read_secret_file(config.database_password_file).view()));
  return options;
}

std::unique_ptr<Store> open_store(const ServerConfig& config, crypto::SealingKey key, StoreUser user,
                                  Store::Deliver deliver) {
  const bool serves = user == StoreUser::server;
  if (!postgres::Options::is_meant(config.database)) {
    require_existing(config.database);
    return std::make_unique<SqliteStore>(config.database, std::move(key), std::move(deliver));
  }
  PostgresStore::Settings settings{postgres_options(config), serves ? config.database_connections : 1,
                                   serves};
  if (serves && settings.options.is_open_to_others()) {
    log(LogLevel::warning, "database in the open",
        settings.options.name() +
            " is reached over a network and not by sslmode=verify-full: whoever is between may read and "
            "change "
            "what is stored");
  }
  return std::make_unique<PostgresStore>(std::move(settings), std::move(key), std::move(deliver));
}

}  // namespace toopher::server
