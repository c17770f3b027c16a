// SPDX-License-Identifier: Apache-2.0
// Requesters, and the calls they made.
#include "server/store/sql_rows.h"
#include "server/store/transaction.h"

namespace toopher::server {

using sql::Blob;
using sql::Rows;

namespace {

constexpr std::string_view kRequesterSecret = "requesters.secret";

constexpr std::string_view kPreviousSecret = "previous_secrets.secret";

#define REQUESTER_COLUMNS                                                                                   \
  "SELECT id, name, consumer_key, scopes, created, directory, number_matching, number_digits, automation, " \
  "previous_secret_until FROM requesters "

Requester read_requester(const Rows& row) {
  Requester requester{row.text(0), row.text(1), row.text(2), Scopes(static_cast<unsigned>(row.integer(3))),
                      row.integer(4)};
  requester.directory = row.text(5);
  requester.number_matching = static_cast<NumberMatching>(row.integer(6));
  requester.number_digits = static_cast<int>(row.integer(7));
  requester.automation = row.boolean(8);
  requester.previous_secret_until = row.integer(9);
  return requester;
}

}  // namespace

std::optional<Requester> Transaction::requester_by_key(std::string_view consumer_key) {
  if (const Requester* known = requesters_.find(consumer_key, begun_)) return *known;
  auto requester = first(db_.query(REQUESTER_COLUMNS "WHERE consumer_key = ? AND removed = 0", consumer_key),
                         read_requester);
  if (requester && may_remember()) requesters_.put(consumer_key, *requester, begun_);
  return requester;
}

std::optional<Requester> Transaction::requester_by_id(std::string_view id) {
  return first(db_.query(REQUESTER_COLUMNS "WHERE id = ?", id), read_requester);
}

std::optional<Requester> Transaction::requester_by_name(std::string_view name) {
  return first(db_.query(REQUESTER_COLUMNS "WHERE name = ? AND removed = 0", name), read_requester);
}

Secret Transaction::requester_secret(std::string_view id) {
  if (const Secret* known = requester_secrets_.find(id, begun_)) return known->clone();
  Rows rows = db_.query("SELECT sealed_secret FROM requesters WHERE id = ?", id);
  if (!rows.next()) throw StoreError("database: a requester vanished");
  Secret secret = opened(rows.text(0), kRequesterSecret, id);
  if (may_remember()) requester_secrets_.put(id, secret.clone(), begun_);
  return secret;
}

std::optional<Secret> Transaction::previous_requester_secret(std::string_view id) {
  Rows rows = db_.query("SELECT sealed_secret FROM previous_secrets WHERE requester_id = ?", id);
  if (!rows.next()) return std::nullopt;
  return opened(rows.text(0), kPreviousSecret, id);
}

std::vector<Requester> Transaction::requesters() {
  return all(db_.query(REQUESTER_COLUMNS "WHERE removed = 0 ORDER BY name"), read_requester);
}

void Transaction::insert_requester(const Requester& requester, const Secret& secret) {
  requesters_changed();
  const std::string sealed = key_.seal(secret.view(), sealed_context(kRequesterSecret, requester.id));
  db_.post(
      "INSERT INTO requesters (id, name, consumer_key, sealed_secret, scopes, created, directory, "
      "number_matching, number_digits, automation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      requester.id, requester.name, requester.consumer_key, Blob{sealed}, requester.scopes.bits(),
      requester.created, requester.directory, requester.number_matching, requester.number_digits,
      requester.automation);
}

void Transaction::update_requester(const Requester& requester) {
  requesters_changed();
  db_.post(
      "UPDATE requesters SET scopes = ?, number_matching = ?, number_digits = ?, automation = ? WHERE id = ?",
      requester.scopes.bits(), requester.number_matching, requester.number_digits, requester.automation,
      requester.id);
}

void Transaction::replace_requester_secret(std::string_view id, const Secret& fresh, Millis keep_until) {
  const Secret present = requester_secret(id);
  db_.post("DELETE FROM previous_secrets WHERE requester_id = ?", id);
  if (keep_until != 0) {
    const std::string kept = key_.seal(present.view(), sealed_context(kPreviousSecret, id));
    db_.post("INSERT INTO previous_secrets VALUES (?, ?)", id, Blob{kept});
  }
  const std::string sealed = key_.seal(fresh.view(), sealed_context(kRequesterSecret, id));
  db_.post("UPDATE requesters SET sealed_secret = ?, previous_secret_until = ? WHERE id = ?", Blob{sealed},
           keep_until, id);
  requesters_changed();
}

void Transaction::remove_requester(std::string_view id, std::string_view remembered_as, Millis now) {
  requesters_changed();
  db_.post("DELETE FROM previous_secrets WHERE requester_id = ?", id);
  db_.post("UPDATE requesters SET name = ?, removed = ?, previous_secret_until = 0 WHERE id = ?",
           remembered_as, now, id);
}

void Transaction::requesters_changed() {
  requesters_.forget();
  requester_secrets_.forget();
  notify(kRequestersTopic);
}

bool Transaction::use_nonce(std::string_view owner, std::string_view nonce, Millis expires) {
  if (memory_ == Memory::only_writer) {
    // For one row SQLite keeps no journal of the statement, which costs it more than the row.
    return expires > nonces_forgotten_until() &&
           db_.change("INSERT INTO nonces (owner, nonce, expires) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                      owner, nonce, expires) == 1;
  }
  return db_.change(
             "INSERT INTO nonces (owner, nonce, expires) SELECT CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS "
             "BIGINT) "
             "WHERE CAST(? AS BIGINT) > (SELECT until FROM forgotten_nonces) ON CONFLICT DO NOTHING",
             owner, nonce, expires, expires) == 1;
}

Millis Transaction::nonces_forgotten_until() {
  if (!nonces_forgotten_until_) {
    Rows rows = db_.query("SELECT until FROM forgotten_nonces");
    if (!rows.next()) throw StoreError("database: nothing tells which nonces were forgotten");
    nonces_forgotten_until_ = rows.integer(0);
  }
  return *nonces_forgotten_until_;
}

bool Transaction::key_fits() {
  Rows rows = db_.query("SELECT id, sealed_secret FROM requesters LIMIT 1");
  return !rows.next() || key_.open(rows.text(1), sealed_context(kRequesterSecret, rows.text(0))).has_value();
}

}  // namespace toopher::server
