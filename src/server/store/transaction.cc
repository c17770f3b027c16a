// SPDX-License-Identifier: Apache-2.0
// What all operations share.
#include "server/store/transaction.h"

#include <utility>

#include "crypto/hash.h"
#include "server/store/sql_rows.h"

namespace toopher::server {

namespace {

constexpr Millis kDay = 1440 * kMinute;

}  // namespace

Secret Transaction::opened(std::string_view sealed, std::string_view column, std::string_view id) {
  auto plain = key_.open(sealed, sealed_context(column, id));
  if (!plain) {
    throw StoreError(
        "database: " + sealed_context(column, id) +
        " cannot be opened; the key file does not belong to this database, or the row was changed");
  }
  return std::move(*plain);
}

void Transaction::insert_try(std::string_view kind, std::string_view owner, Millis at) {
  db_.post("INSERT INTO tries VALUES (?, ?, ?)", kind, owner, at);
}

int Transaction::count_tries(std::string_view kind, std::string_view owner, Millis since) {
  return count(
      db_.query("SELECT count(*) FROM tries WHERE kind = ? AND owner = ? AND at > ?", kind, owner, since));
}

void Transaction::forget_tries(std::string_view kind, std::string_view owner) {
  db_.post("DELETE FROM tries WHERE kind = ? AND owner = ?", kind, owner);
}

std::string Transaction::keyed_digest(std::string_view data) {
  const Secret key = crypto::hkdf_sha256(key_.bytes(), "", "toopherd digest v1", crypto::SealingKey::kSize);
  return crypto::hmac(crypto::Digest::sha256, key.view(), data);
}

void Transaction::audit(Millis at, std::string_view event, std::string_view fields) {
  db_.post("INSERT INTO audit (at, event, fields) VALUES (?, ?, ?)", at, event, fields);
  audit_lines_.emplace_back(fields);
}

void Transaction::prune(Millis now) {
  db_.post(
      "UPDATE forgotten_nonces SET until = (SELECT max(expires) FROM nonces WHERE expires < ?) "
      "WHERE until < (SELECT max(expires) FROM nonces WHERE expires < ?)",
      now, now);
  db_.post("DELETE FROM nonces WHERE expires < ?", now);
  // What is over is written down as over: a clock that is set back brings none of it back.
  db_.post("DELETE FROM bypass_codes WHERE expires <= ?", now);
  db_.post("UPDATE users SET enrol_until = 0 WHERE enrol_until <> 0 AND enrol_until <= ?", now);
  db_.post("DELETE FROM directories WHERE enrol_until <= ?", now);
  db_.post(
      "DELETE FROM previous_secrets WHERE requester_id IN (SELECT id FROM requesters WHERE "
      "previous_secret_until <= ?)",
      now);
  db_.post("DELETE FROM tries WHERE at < ?", now - kDay);
  db_.post("DELETE FROM phrases WHERE expires <= ?", now);
  db_.post("DELETE FROM reset_links WHERE expires <= ?", now);
  db_.post(
      "DELETE FROM devices WHERE created < ? AND NOT EXISTS (SELECT 1 FROM pairings WHERE device_id = "
      "devices.id)",
      now - kDay);
}

void Transaction::take_messages(Committed& committed) {
  committed.topics = std::exchange(topics_, {});
  committed.audit_lines = std::exchange(audit_lines_, {});
}

void Transaction::drop_messages_after(std::pair<std::size_t, std::size_t> kept) {
  topics_.resize(kept.first);
  audit_lines_.resize(kept.second);
}

}  // namespace toopher::server
