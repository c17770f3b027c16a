// SPDX-License-Identifier: Apache-2.0
// Lists for operators, a page at a time: each page costs the same however much there is.
#include <algorithm>

#include "server/store/sql_rows.h"
#include "server/store/transaction.h"

namespace toopher::server {

using sql::Rows;

std::vector<std::string> Transaction::user_ids_after(std::string_view directory, std::string_view name,
                                                     int limit) {
  return all(db_.query("SELECT id FROM users WHERE directory = ? AND name > ? ORDER BY name LIMIT ?",
                       directory, name, limit),
             [](const Rows& row) { return row.text(0); });
}

std::vector<std::string> Transaction::pairing_ids_after(std::string_view id, int limit) {
  return all(db_.query("SELECT id FROM pairings WHERE id > ? ORDER BY id LIMIT ?", id, limit),
             [](const Rows& row) { return row.text(0); });
}

std::vector<std::string> Transaction::latest_request_ids(std::string_view user_id, int limit) {
  return all(db_.query("SELECT id FROM (SELECT id, modified FROM (SELECT id, modified FROM requests "
                       "WHERE user_id = ? AND state <> 0 ORDER BY modified DESC LIMIT ?) AS over "
                       "UNION ALL SELECT id, modified FROM (SELECT id, modified FROM past_requests "
                       "WHERE user_id = ? AND state <> 0 ORDER BY modified DESC LIMIT ?) AS over "
                       "UNION ALL SELECT id, modified FROM requests WHERE user_id = ? AND state = 0) AS over "
                       "ORDER BY modified DESC LIMIT ?",
                       user_id, limit, user_id, limit, user_id, limit),
             [](const Rows& row) { return row.text(0); });
}

std::vector<std::string> Transaction::pending_request_ids(int limit) {
  return all(
      db_.query("SELECT id FROM requests WHERE state = 0 AND expires >= 0 ORDER BY expires LIMIT ?", limit),
      [](const Rows& row) { return row.text(0); });
}

std::vector<AuditEntry> Transaction::audit_after(std::int64_t number, int limit) {
  return all(db_.query("SELECT number_in_order, at, event, fields FROM audit WHERE number_in_order > ? "
                       "ORDER BY number_in_order LIMIT ?",
                       number, limit),
             [](const Rows& row) {
               return AuditEntry{row.integer(0), row.integer(1), row.text(2), row.text(3)};
             });
}

std::int64_t Transaction::last_audit_number() {
  Rows rows = db_.query("SELECT number_in_order FROM audit ORDER BY number_in_order DESC LIMIT 1");
  return rows.next() ? rows.integer(0) : 0;
}

std::int64_t Transaction::audit_number_before(Millis since) {
  // Entries are numbered as time goes on, and only the number is indexed.
  std::int64_t low = 0;
  for (std::int64_t high = last_audit_number(); low < high;) {
    const std::int64_t middle = low + (high - low) / 2;
    const auto entry = audit_after(middle, 1);
    if (!entry.empty() && entry.front().at < since) {
      low = entry.front().number;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace toopher::server
