// SPDX-License-Identifier: Apache-2.0
// A database file as a whole: copied while others write to it, checked, and closed.
#ifndef TOOPHER_SERVER_STORE_SQLITE_COPY_H
#define TOOPHER_SERVER_STORE_SQLITE_COPY_H

#include <cstdint>
#include <string>

namespace toopher::server::sqlite {

/// The state of `from` at one moment goes into `to`, a file that exists and may be empty; in small steps, during which others
/// read and write `from` as usual. Afterwards `to` is one file that needs no other beside it, but it is not synced. Throws
/// StoreError.
void copy_database(const std::string& from, const std::string& to);

/// "" if the file is a sound database, else what is wrong. `quick` leaves out whether indexes fit their tables.
std::string damage_of(const std::string& path, bool quick);

/// Puts everything that was committed into the file itself, if it can be opened. True if nothing is left beside it.
bool settle_database(const std::string& path);

}  // namespace toopher::server::sqlite

#endif
