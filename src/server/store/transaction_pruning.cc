// SPDX-License-Identifier: Apache-2.0
// What is removed: in small steps, so that nobody waits for long behind them, and each by an index, so that a step costs the
// same however much there is.
#include "server/store/sql_rows.h"
#include "server/store/transaction.h"

namespace toopher::server {

namespace {

// Longer than any rule looks back at finished requests: repeats, refused pushes, approvals.
constexpr Millis kRecent = 60 * kMinute;

std::vector<std::string> texts(sql::Rows rows) {
  return all(std::move(rows), [](const sql::Rows& row) { return row.text(0); });
}

}  // namespace

bool Transaction::prune(Millis now, const Retention& retention, int limit) {
  bool more = prune_nonces(now, limit);
  more = prune_tries(now - kDay, limit) || more;
  // What is over is written down as over: a clock that is set back brings none of it back.
  db_.post("DELETE FROM bypass_codes WHERE expires <= ?", now);
  if (db_.change("UPDATE users SET enrol_until = 0 WHERE enrol_until <> 0 AND enrol_until <= ?", now) > 0)
    known_users_.forget();
  db_.post("DELETE FROM directories WHERE enrol_until <= ?", now);
  db_.post(
      "DELETE FROM previous_secrets WHERE requester_id IN (SELECT id FROM requesters WHERE "
      "previous_secret_until <= ?)",
      now);
  db_.post("DELETE FROM phrases WHERE expires <= ?", now);
  db_.post("DELETE FROM reset_links WHERE expires <= ?", now);
  more = prune_new_devices(now - kDay, limit) || more;
  more = archive_requests(now - kRecent, limit) || more;
  if (retention.requests != 0) more = prune_requests(now - retention.requests * kDay, limit) || more;
  if (retention.audit != 0) more = prune_audit(now - retention.audit * kDay, limit) || more;
  return more;
}

bool Transaction::prune_nonces(Millis before, int limit) {
  nonces_forgotten_until_.reset();
  db_.post(
      "UPDATE forgotten_nonces SET until = (SELECT max(expires) FROM "
      "(SELECT expires FROM nonces WHERE expires < ? ORDER BY expires LIMIT ?) AS over) "
      "WHERE until < (SELECT max(expires) FROM "
      "(SELECT expires FROM nonces WHERE expires < ? ORDER BY expires LIMIT ?) AS over)",
      before, limit, before, limit);
  return db_.change(
             "DELETE FROM nonces WHERE (expires, nonce, owner) IN "
             "(SELECT expires, nonce, owner FROM nonces WHERE expires < ? ORDER BY expires LIMIT ?)",
             before, limit) == limit;
}

bool Transaction::prune_tries(Millis before, int limit) {
  // Tries have no key of their own: up to the time of one of them.
  std::optional<Millis> last;
  {
    sql::Rows rows =
        db_.query("SELECT at FROM tries WHERE at < ? ORDER BY at LIMIT 1 OFFSET ?", before, limit);
    if (rows.next()) last = rows.integer(0);
  }
  db_.post("DELETE FROM tries WHERE at < ?", last ? *last + 1 : before);
  return last.has_value();
}

bool Transaction::prune_new_devices(Millis before, int limit) {
  const auto ids = texts(
      db_.query("SELECT device_id FROM new_devices WHERE created < ? ORDER BY created, device_id LIMIT ?",
                before, limit));
  if (ids.empty()) return false;
  for (const std::string& id : ids)
    db_.post("DELETE FROM devices WHERE id = ? AND NOT EXISTS (SELECT 1 FROM pairings WHERE device_id = ?)",
             id, id);
  return db_.change(
             "DELETE FROM new_devices WHERE (created, device_id) IN (SELECT created, device_id FROM "
             "new_devices "
             "WHERE created < ? ORDER BY created, device_id LIMIT ?)",
             before, limit) == limit;
}

bool Transaction::archive_requests(Millis before, int limit) {
  const auto ids = texts(db_.query(
      "SELECT id FROM requests WHERE state <> 0 AND modified < ? ORDER BY modified LIMIT ?", before, limit));
  for (const std::string& id : ids) {
    db_.post("INSERT INTO past_requests SELECT * FROM requests WHERE id = ?", id);
    db_.post("DELETE FROM requests WHERE id = ?", id);
  }
  return ids.size() == static_cast<std::size_t>(limit);
}

bool Transaction::prune_requests(Millis before, int limit) {
  // The decision that made an automation rule proves what the rule answers, and stays as long as that is kept.
  const auto ids = texts(db_.query(
      "SELECT id FROM past_requests WHERE created < ? AND modified < ? AND NOT EXISTS "
      "(SELECT 1 FROM automation_rules WHERE request_id = past_requests.id AND (ended = 0 OR ended >= ?)) "
      "ORDER BY created LIMIT ?",
      before, before, before, limit));
  if (ids.empty()) return false;
  set_horizon("requests", before);
  for (const std::string& id : ids) {
    db_.post("DELETE FROM authorizations WHERE request_id = ?", id);
    db_.post("DELETE FROM decisions WHERE subject = ?", id);
    db_.post("DELETE FROM past_requests WHERE id = ?", id);
  }
  return ids.size() == static_cast<std::size_t>(limit);
}

bool Transaction::prune_audit(Millis before, int limit) {
  {
    sql::Rows rows = db_.query("SELECT at FROM audit ORDER BY number_in_order LIMIT 1");
    if (!rows.next() || rows.integer(0) >= before) return false;
  }
  set_horizon("audit", before);
  return db_.change(
             "DELETE FROM audit WHERE number_in_order IN "
             "(SELECT number_in_order FROM audit ORDER BY number_in_order LIMIT ?) AND at < ?",
             limit, before) == limit;
}

void Transaction::set_horizon(std::string_view what, Millis horizon) {
  db_.post("UPDATE retention SET horizon = ? WHERE what = ?", horizon, what);
}

}  // namespace toopher::server
