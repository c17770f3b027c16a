// SPDX-License-Identifier: Apache-2.0
// Requesters, and the calls they made.
#include "server/store/sql_rows.h"
#include "server/store/transaction.h"

namespace toopher::server {

using sql::Blob;
using sql::Rows;

namespace {

constexpr std::string_view kRequesterSecret = "requesters.secret";

#define REQUESTER_COLUMNS "SELECT id, name, consumer_key, scopes, created FROM requesters "

Requester read_requester(const Rows& row) {
  return {row.text(0), row.text(1), row.text(2), Scopes(static_cast<unsigned>(row.integer(3))),
          row.integer(4)};
}

}  // namespace

std::optional<Requester> Transaction::requester_by_key(std::string_view consumer_key) {
  return first(db_.query(REQUESTER_COLUMNS "WHERE consumer_key = ?", consumer_key), read_requester);
}

std::optional<Requester> Transaction::requester_by_id(std::string_view id) {
  return first(db_.query(REQUESTER_COLUMNS "WHERE id = ?", id), read_requester);
}

std::optional<Requester> Transaction::requester_by_name(std::string_view name) {
  return first(db_.query(REQUESTER_COLUMNS "WHERE name = ?", name), read_requester);
}

Secret Transaction::requester_secret(std::string_view id) {
  Rows rows = db_.query("SELECT sealed_secret FROM requesters WHERE id = ?", id);
  if (!rows.next()) throw StoreError("database: a requester vanished");
  return opened(rows.text(0), kRequesterSecret, id);
}

void Transaction::insert_requester(const Requester& requester, const Secret& secret) {
  const std::string sealed = key_.seal(secret.view(), sealed_context(kRequesterSecret, requester.id));
  db_.post("INSERT INTO requesters VALUES (?, ?, ?, ?, ?, ?)", requester.id, requester.name,
           requester.consumer_key, Blob{sealed}, requester.scopes.bits(), requester.created);
}

bool Transaction::use_nonce(std::string_view owner, std::string_view nonce, Millis expires) {
  return db_.change("INSERT INTO nonces VALUES (?, ?, ?) ON CONFLICT DO NOTHING", owner, nonce, expires) == 1;
}

bool Transaction::key_fits() {
  Rows rows = db_.query("SELECT id, sealed_secret FROM requesters LIMIT 1");
  return !rows.next() || key_.open(rows.text(1), sealed_context(kRequesterSecret, rows.text(0))).has_value();
}

}  // namespace toopher::server
