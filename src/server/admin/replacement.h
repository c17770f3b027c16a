// SPDX-License-Identifier: Apache-2.0
// A database file put in the place of another, which is kept.
#ifndef TOOPHER_SERVER_ADMIN_REPLACEMENT_H
#define TOOPHER_SERVER_ADMIN_REPLACEMENT_H

#include <ctime>
#include <string>

namespace toopher::server::admin {

/// Where a database waits for taking the place of `database`.
std::string replacement_of(const std::string& database);
void discard_replacement(const std::string& database);

/// The name under which the present database will be kept, if it is replaced at `now`: nothing has it yet.
std::string kept_name(const std::string& database, std::time_t now);

/// Nobody may have either open. At no time is there no database. Returns where the old one is now. Throws
/// std::runtime_error.
std::string put_replacement_in_place(const std::string& database);
std::string put_replacement_in_place(const std::string& database, const std::string& kept);

/// As it may be printed.
std::string without_password(const std::string& database);

}  // namespace toopher::server::admin

#endif
