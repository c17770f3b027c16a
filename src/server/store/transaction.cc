// SPDX-License-Identifier: Apache-2.0
// What all operations share.
#include "server/store/transaction.h"

#include <algorithm>
#include <utility>

#include "crypto/hash.h"
#include "server/store/sql_rows.h"

namespace toopher::server {

using sql::Rows;

namespace {

Secret digest_key(std::string_view key) {
  return crypto::hkdf_sha256(key, "", "toopherd digest v1", crypto::SealingKey::kSize);
}

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
  // A replaced key gives other digests; deriving costs more than a digest, and logins need one each.
  if (!digest_of_.equals(key_.bytes())) {
    digest_of_ = Secret(std::string(key_.bytes()));
    digest_key_ = digest_key(key_.bytes());
  }
  return crypto::hmac(crypto::Digest::sha256, digest_key_.view(), data);
}

bool Transaction::is_keyed_digest(std::string_view digest, std::string_view data) {
  const auto keys = key_.all_bytes();
  return std::any_of(keys.begin(), keys.end(), [&](std::string_view key) {
    return crypto::hmac(crypto::Digest::sha256, digest_key(key).view(), data) == digest;
  });
}

void Transaction::set_memo(std::string_view name, std::string_view value, Millis at) {
  db_.post(
      "INSERT INTO memos VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = "
      "excluded.at",
      name, value, at);
}

Millis Transaction::memo_time(std::string_view name) {
  Rows rows = db_.query("SELECT at FROM memos WHERE name = ?", name);
  return rows.next() ? rows.integer(0) : 0;
}

void Transaction::audit(Millis at, std::string_view event, std::string_view fields) {
  db_.post("INSERT INTO audit (at, event, fields) VALUES (?, ?, ?)", at, event, fields);
  // Once for the group, whose first line this is.
  if (audit_lines_.empty()) notify(kAuditTopic);
  audit_lines_.emplace_back(fields);
}

void Transaction::begin_operation(Memory memory) {
  begun_ = RememberedClock::now();
  memory_ = memory;
  within_operation_ = true;
  if (memory == Memory::only_writer) return;
  known_users_.forget();
  known_rows_.forget();
}

void Transaction::forget_rows() {
  known_users_.forget();
  known_rows_.forget();
  nonces_forgotten_until_.reset();
  actions_.forget();
  requesters_.forget();
  requester_secrets_.forget();
}

void Transaction::take_messages(Committed& committed) {
  committed.topics = std::exchange(topics_, {});
  committed.audit_lines = std::exchange(audit_lines_, {});
  committed.announcements = std::exchange(announcements_, {});
}

void Transaction::drop_messages_after(const Messages& kept) {
  forget_rows();
  topics_.resize(kept.topics);
  audit_lines_.resize(kept.audit_lines);
  announcements_.resize(kept.announcements);
}

}  // namespace toopher::server
