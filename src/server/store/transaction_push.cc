// SPDX-License-Identifier: Apache-2.0
// How people are told: the server's key for push services, the subscriptions of phones, topics of ntfy. Who knows a
// subscription's endpoint or a topic can send to it, so both are sealed.
#include "server/store/sql_rows.h"
#include "server/store/transaction.h"

namespace toopher::server {

using sql::Blob;
using sql::Rows;

namespace {

constexpr std::string_view kKey = "push_keys.key";
constexpr std::string_view kKeyName = "vapid";
constexpr std::string_view kTarget = "push_subscriptions.target";
constexpr std::string_view kTopic = "ntfy_topics.topic";

struct SealedSubscription {
  std::string device_id;
  Millis since;
  std::string target;
};

SealedSubscription read_subscription(const Rows& row) {
  return {row.text(0), row.integer(1), row.text(2)};
}

}  // namespace

std::optional<Secret> Transaction::push_key() {
  const auto sealed = first(db_.query("SELECT sealed_key FROM push_keys WHERE name = ?", kKeyName),
                            [](const Rows& row) { return row.text(0); });
  if (!sealed) return std::nullopt;
  return opened(*sealed, kKey, kKeyName);
}

void Transaction::keep_push_key(const Secret& key, Millis now) {
  const std::string sealed = key_.seal(key.view(), sealed_context(kKey, kKeyName));
  db_.post("INSERT INTO push_keys VALUES (?, ?, ?) ON CONFLICT DO NOTHING", kKeyName, Blob{sealed}, now);
}

void Transaction::put_push_subscription(std::string_view device_id, const Secret& target, Millis now) {
  const std::string sealed = key_.seal(target.view(), sealed_context(kTarget, device_id));
  db_.post(
      "INSERT INTO push_subscriptions VALUES (?, ?, ?, 0, '') ON CONFLICT (device_id) DO UPDATE SET "
      "sealed_target = excluded.sealed_target, since = excluded.since, problem = ''",
      device_id, Blob{sealed}, now);
}

bool Transaction::remove_push_subscription(std::string_view device_id) {
  return db_.change("DELETE FROM push_subscriptions WHERE device_id = ?", device_id) == 1;
}

PushState Transaction::push_state(std::string_view device_id) {
  const auto found =
      first(db_.query("SELECT sealed_target, delivered, problem FROM push_subscriptions WHERE device_id = ?",
                      device_id),
            [](const Rows& row) {
              return PushState{!row.text(0).empty(), row.integer(1), row.text(2)};
            });
  return found.value_or(PushState{});
}

std::vector<PushSubscription> Transaction::opened_subscriptions(sql::Rows rows) {
  std::vector<PushSubscription> subscriptions;
  const auto sealed = all(std::move(rows), read_subscription);
  for (const SealedSubscription& each : sealed) {
    if (each.target.empty()) continue;
    subscriptions.push_back({each.device_id, each.since, opened(each.target, kTarget, each.device_id)});
  }
  return subscriptions;
}

std::vector<PushSubscription> Transaction::push_subscriptions_of_user(std::string_view user_id) {
  return opened_subscriptions(
      db_.query("SELECT device_id, since, sealed_target FROM push_subscriptions WHERE device_id IN "
                "(SELECT device_id FROM pairings WHERE user_id = ? AND state = 1)",
                user_id));
}

std::vector<PushSubscription> Transaction::push_subscriptions_of_pairing(std::string_view pairing_id) {
  return opened_subscriptions(
      db_.query("SELECT device_id, since, sealed_target FROM push_subscriptions WHERE device_id IN "
                "(SELECT device_id FROM pairings WHERE id = ? AND state = 1)",
                pairing_id));
}

std::vector<PushSubscription> Transaction::push_subscriptions_of_device(std::string_view device_id) {
  return opened_subscriptions(db_.query(
      "SELECT device_id, since, sealed_target FROM push_subscriptions WHERE device_id = ?", device_id));
}

void Transaction::note_push_delivered(std::string_view device_id, Millis since, Millis now) {
  db_.post("UPDATE push_subscriptions SET delivered = ?, problem = '' WHERE device_id = ? AND since = ?", now,
           device_id, since);
}

void Transaction::note_push_problem(std::string_view device_id, Millis since, std::string_view problem) {
  db_.post("UPDATE push_subscriptions SET problem = ? WHERE device_id = ? AND since = ?", problem, device_id,
           since);
}

bool Transaction::drop_push_subscription(std::string_view device_id, Millis since, std::string_view problem) {
  return db_.change(
             "UPDATE push_subscriptions SET sealed_target = ?, problem = ? WHERE device_id = ? AND since = ?",
             Blob{}, problem, device_id, since) == 1;
}

std::optional<Secret> Transaction::ntfy_topic(std::string_view user_id) {
  const auto sealed = first(db_.query("SELECT sealed_topic FROM ntfy_topics WHERE user_id = ?", user_id),
                            [](const Rows& row) { return row.text(0); });
  if (!sealed) return std::nullopt;
  return opened(*sealed, kTopic, user_id);
}

void Transaction::set_ntfy_topic(std::string_view user_id, const Secret& topic) {
  if (topic.empty()) {
    db_.post("DELETE FROM ntfy_topics WHERE user_id = ?", user_id);
    return;
  }
  const std::string sealed = key_.seal(topic.view(), sealed_context(kTopic, user_id));
  db_.post(
      "INSERT INTO ntfy_topics VALUES (?, ?) ON CONFLICT (user_id) DO UPDATE SET sealed_topic = "
      "excluded.sealed_topic",
      user_id, Blob{sealed});
}

}  // namespace toopher::server
