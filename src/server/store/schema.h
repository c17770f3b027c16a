// SPDX-License-Identifier: Apache-2.0
// The tables in SQLite, and their version (PRAGMA user_version).
#ifndef TOOPHER_SERVER_STORE_SCHEMA_H
#define TOOPHER_SERVER_STORE_SCHEMA_H

#include "server/store/sqlite.h"

namespace toopher::server::sqlite {

/// Creates the tables in an empty database. Throws StoreError if the database is of a newer version than this program.
void prepare_schema(Database& database);

}  // namespace toopher::server::sqlite

#endif
