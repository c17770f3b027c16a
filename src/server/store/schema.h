// SPDX-License-Identifier: Apache-2.0
// The tables, and their version.
#ifndef TOOPHER_SERVER_STORE_SCHEMA_H
#define TOOPHER_SERVER_STORE_SCHEMA_H

#include "server/store/sql.h"

namespace toopher::server {

/// Makes the tables in an empty database, or brings those of an earlier version up to date. Within a transaction of the
/// caller's that excludes all others. Throws StoreError, also if the database is of a newer version than this program.
void prepare_schema(sql::Connection& connection);

}  // namespace toopher::server

#endif
