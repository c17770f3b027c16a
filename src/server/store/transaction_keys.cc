// SPDX-License-Identifier: Apache-2.0
// Sealing anew what another key has sealed, a page of one column at a time.
#include <array>

#include "server/store/sql_rows.h"
#include "server/store/transaction.h"

namespace toopher::server {

using sql::Blob;
using sql::Rows;

namespace {

/// Every column of the schema that begins with "sealed_" is here, under the name that its secrets are bound to.
struct SealedColumn {
  const char* name;
  const char* select;
  const char* update;
};

constexpr std::array kColumns{
    SealedColumn{"requesters.secret",
                 "SELECT id, sealed_secret FROM requesters WHERE id > ? ORDER BY id LIMIT ?",
                 "UPDATE requesters SET sealed_secret = ? WHERE id = ?"},
    SealedColumn{"previous_secrets.secret",
                 "SELECT requester_id, sealed_secret FROM previous_secrets WHERE requester_id > ? ORDER BY "
                 "requester_id LIMIT ?",
                 "UPDATE previous_secrets SET sealed_secret = ? WHERE requester_id = ?"},
    SealedColumn{"pairings.agreement_key",
                 "SELECT id, sealed_agreement_key FROM pairings WHERE id > ? ORDER BY id LIMIT ?",
                 "UPDATE pairings SET sealed_agreement_key = ? WHERE id = ?"},
    SealedColumn{"pairings.seed", "SELECT id, sealed_seed FROM pairings WHERE id > ? ORDER BY id LIMIT ?",
                 "UPDATE pairings SET sealed_seed = ? WHERE id = ?"},
    SealedColumn{
        "enrolments.secret",
        "SELECT pairing_id, sealed_secret FROM enrolments WHERE pairing_id > ? ORDER BY pairing_id LIMIT ?",
        "UPDATE enrolments SET sealed_secret = ? WHERE pairing_id = ?"},
    SealedColumn{"validators.seed", "SELECT id, sealed_seed FROM validators WHERE id > ? ORDER BY id LIMIT ?",
                 "UPDATE validators SET sealed_seed = ? WHERE id = ?"},
    SealedColumn{"recovery_lists.salt",
                 "SELECT user_id, sealed_salt FROM recovery_lists WHERE user_id > ? ORDER BY user_id LIMIT ?",
                 "UPDATE recovery_lists SET sealed_salt = ? WHERE user_id = ?"},
    SealedColumn{"push_keys.key",
                 "SELECT name, sealed_key FROM push_keys WHERE name > ? ORDER BY name LIMIT ?",
                 "UPDATE push_keys SET sealed_key = ? WHERE name = ?"},
    SealedColumn{"push_subscriptions.target",
                 "SELECT device_id, sealed_target FROM push_subscriptions WHERE device_id > ? ORDER BY "
                 "device_id LIMIT ?",
                 "UPDATE push_subscriptions SET sealed_target = ? WHERE device_id = ?"},
    SealedColumn{"ntfy_topics.topic",
                 "SELECT user_id, sealed_topic FROM ntfy_topics WHERE user_id > ? ORDER BY user_id LIMIT ?",
                 "UPDATE ntfy_topics SET sealed_topic = ? WHERE user_id = ?"},
};

}  // namespace

Resealed Transaction::reseal(std::size_t column, std::string_view after, int limit) {
  Resealed done;
  if (column >= kColumns.size()) return done;
  const SealedColumn& place = kColumns[column];
  const auto page = all(db_.query(place.select, after, limit),
                        [](const Rows& row) { return std::pair(row.text(0), row.text(1)); });
  for (const auto& [id, sealed] : page) {
    done.last = id;
    const std::string context = sealed_context(place.name, id);
    if (sealed.empty() || key_.open_with_current(sealed, context)) continue;
    const std::string fresh = key_.seal(opened(sealed, place.name, id).view(), context);
    db_.post(place.update, Blob{fresh}, id);
    ++done.changed;
  }
  done.column = page.size() == static_cast<std::size_t>(limit) ? column : column + 1;
  if (done.column != column) done.last.clear();
  done.complete = done.column >= kColumns.size();
  return done;
}

}  // namespace toopher::server
