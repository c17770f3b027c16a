// SPDX-License-Identifier: Apache-2.0
// Users and their recovery codes.
#include "server/store/sql_rows.h"
#include "server/store/transaction.h"

namespace toopher::server {

using sql::Blob;
using sql::Rows;

namespace {

constexpr std::string_view kSalt = "recovery_lists.salt";

#define USER_COLUMNS                                                                                     \
  "SELECT id, name, enabled, muted_until, pushes_counted_from, codes_locked_until, codes_counted_from, " \
  "code_lockouts, created, modified, directory, enrol_until FROM users "

User read_user(const Rows& row) {
  return {row.text(0),    row.text(1),    row.boolean(2), row.integer(3),
          row.integer(4), row.integer(5), row.integer(6), static_cast<int>(row.integer(7)),
          row.integer(8), row.integer(9), row.text(10),   row.integer(11)};
}

}  // namespace

std::optional<User> Transaction::user_by_id(std::string_view id) {
  if (const User* known = known_users_.by_id(id)) return *known;
  return remembered(first(db_.query(USER_COLUMNS "WHERE id = ?", id), read_user));
}

std::optional<User> Transaction::user_by_name(std::string_view directory, std::string_view name) {
  if (const User* known = known_users_.by_name(directory, name)) return *known;
  return remembered(
      first(db_.query(USER_COLUMNS "WHERE directory = ? AND name = ?", directory, name), read_user));
}

void Transaction::insert_user(const User& user) {
  db_.post(
      "INSERT INTO users (id, name, enabled, muted_until, pushes_counted_from, codes_locked_until, "
      "codes_counted_from, code_lockouts, created, modified, directory, enrol_until) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      user.id, user.name, user.enabled, user.muted_until, user.pushes_counted_from, user.codes_locked_until,
      user.codes_counted_from, user.code_lockouts, user.created, user.modified, user.directory,
      user.enrol_until);
}

std::optional<User> Transaction::remembered(std::optional<User> user) {
  if (user && within_operation_) known_users_.put(*user);
  return user;
}

void Transaction::update_user(const User& user) {
  known_users_.forget(user.id);
  db_.post(
      "UPDATE users SET enabled = ?, muted_until = ?, pushes_counted_from = ?, codes_locked_until = ?, "
      "codes_counted_from = ?, code_lockouts = ?, modified = ?, enrol_until = ? WHERE id = ?",
      user.enabled, user.muted_until, user.pushes_counted_from, user.codes_locked_until,
      user.codes_counted_from, user.code_lockouts, user.modified, user.enrol_until, user.id);
}

std::vector<User> Transaction::users(std::string_view directory) {
  return all(db_.query(USER_COLUMNS "WHERE directory = ? ORDER BY name", directory), read_user);
}

Millis Transaction::directory_enrol_until(std::string_view directory) {
  Rows rows = db_.query("SELECT enrol_until FROM directories WHERE name = ?", directory);
  return rows.next() ? rows.integer(0) : 0;
}

void Transaction::set_directory_enrol_until(std::string_view directory, Millis until) {
  db_.post(
      "INSERT INTO directories VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET enrol_until = "
      "excluded.enrol_until",
      directory, until);
}

std::optional<Secret> Transaction::code_salt(std::string_view user_id) {
  Rows rows = db_.query("SELECT sealed_salt FROM recovery_lists WHERE user_id = ?", user_id);
  if (!rows.next()) return std::nullopt;
  return opened(rows.text(0), kSalt, user_id);
}

void Transaction::put_code_salt(std::string_view user_id, const Secret& salt, Millis now) {
  const std::string sealed = key_.seal(salt.view(), sealed_context(kSalt, user_id));
  db_.post("INSERT INTO recovery_lists VALUES (?, ?, ?) ON CONFLICT DO NOTHING", user_id, Blob{sealed}, now);
}

void Transaction::replace_recovery_codes(std::string_view user_id, const std::vector<std::string>& hashes) {
  db_.post("DELETE FROM recovery_codes WHERE user_id = ?", user_id);
  for (const std::string& hash : hashes)
    db_.post("INSERT INTO recovery_codes VALUES (?, ?, 0)", user_id, Blob{hash});
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

void Transaction::replace_bypass(const Bypass& bypass, std::string_view hash) {
  remove_bypass(bypass.user_id);
  db_.post("INSERT INTO bypass_codes VALUES (?, ?, ?, ?, ?, ?)", bypass.user_id, Blob{hash}, bypass.max_uses,
           bypass.used, bypass.created, bypass.expires);
}

std::optional<Bypass> Transaction::bypass_of(std::string_view user_id) {
  return first(
      db_.query("SELECT max_uses, used, created, expires FROM bypass_codes WHERE user_id = ?", user_id),
      [user_id](const Rows& row) {
        return Bypass{std::string(user_id), static_cast<int>(row.integer(0)),
                      static_cast<int>(row.integer(1)), row.integer(2), row.integer(3)};
      });
}

RecoveryUse Transaction::use_bypass(std::string_view user_id, std::string_view hash, Millis now) {
  if (db_.change("UPDATE bypass_codes SET used = used + 1 WHERE user_id = ? AND hash = ? AND expires > ? "
                 "AND (max_uses = 0 OR used < max_uses)",
                 user_id, Blob{hash}, now) == 1)
    return RecoveryUse::accepted;
  Rows rows = db_.query("SELECT 1 FROM bypass_codes WHERE user_id = ? AND hash = ? AND expires > ?", user_id,
                        Blob{hash}, now);
  return rows.next() ? RecoveryUse::used_before : RecoveryUse::unknown;
}

void Transaction::remove_bypass(std::string_view user_id) {
  db_.post("DELETE FROM bypass_codes WHERE user_id = ?", user_id);
}

}  // namespace toopher::server
