// SPDX-License-Identifier: Apache-2.0
// Users and their recovery codes.
#include "server/store/sql_rows.h"
#include "server/store/transaction.h"

namespace toopher::server {

using sql::Blob;
using sql::Rows;

namespace {

constexpr std::string_view kRecoverySalt = "recovery_lists.salt";

#define USER_COLUMNS                                                                                     \
  "SELECT id, name, enabled, muted_until, pushes_counted_from, codes_locked_until, codes_counted_from, " \
  "code_lockouts, created, modified FROM users "

User read_user(const Rows& row) {
  return {row.text(0),    row.text(1),    row.boolean(2), row.integer(3),
          row.integer(4), row.integer(5), row.integer(6), static_cast<int>(row.integer(7)),
          row.integer(8), row.integer(9)};
}

}  // namespace

std::optional<User> Transaction::user_by_id(std::string_view id) {
  return first(db_.query(USER_COLUMNS "WHERE id = ?", id), read_user);
}

std::optional<User> Transaction::user_by_name(std::string_view name) {
  return first(db_.query(USER_COLUMNS "WHERE name = ?", name), read_user);
}

void Transaction::insert_user(const User& user) {
  db_.post("INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", user.id, user.name, user.enabled,
           user.muted_until, user.pushes_counted_from, user.codes_locked_until, user.codes_counted_from,
           user.code_lockouts, user.created, user.modified);
}

void Transaction::update_user(const User& user) {
  db_.post(
      "UPDATE users SET enabled = ?, muted_until = ?, pushes_counted_from = ?, codes_locked_until = ?, "
      "codes_counted_from = ?, code_lockouts = ?, modified = ? WHERE id = ?",
      user.enabled, user.muted_until, user.pushes_counted_from, user.codes_locked_until,
      user.codes_counted_from, user.code_lockouts, user.modified, user.id);
}

std::vector<User> Transaction::users() {
  return all(db_.query(USER_COLUMNS "ORDER BY name"), read_user);
}

void Transaction::replace_recovery_codes(std::string_view user_id, const Secret& salt,
                                         const std::vector<std::string>& hashes, Millis now) {
  db_.post("DELETE FROM recovery_lists WHERE user_id = ?", user_id);
  if (hashes.empty()) return;
  const std::string sealed = key_.seal(salt.view(), sealed_context(kRecoverySalt, user_id));
  db_.post("INSERT INTO recovery_lists VALUES (?, ?, ?)", user_id, Blob{sealed}, now);
  for (const std::string& hash : hashes)
    db_.post("INSERT INTO recovery_codes VALUES (?, ?, 0)", user_id, Blob{hash});
}

std::optional<Secret> Transaction::recovery_salt(std::string_view user_id) {
  Rows rows = db_.query("SELECT sealed_salt FROM recovery_lists WHERE user_id = ?", user_id);
  if (!rows.next()) return std::nullopt;
  return opened(rows.text(0), kRecoverySalt, user_id);
}

RecoveryUse Transaction::use_recovery_code(std::string_view user_id, std::string_view hash, Millis now) {
  if (db_.change("UPDATE recovery_codes SET used = ? WHERE user_id = ? AND hash = ? AND used = 0", now,
                 user_id, Blob{hash}) == 1)
    return RecoveryUse::accepted;
  Rows rows = db_.query("SELECT 1 FROM recovery_codes WHERE user_id = ? AND hash = ?", user_id, Blob{hash});
  return rows.next() ? RecoveryUse::used_before : RecoveryUse::unknown;
}

int Transaction::recovery_codes_left(std::string_view user_id) {
  return count(db_.query("SELECT count(*) FROM recovery_codes WHERE user_id = ? AND used = 0", user_id));
}

}  // namespace toopher::server
