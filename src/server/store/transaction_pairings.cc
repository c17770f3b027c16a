// SPDX-License-Identifier: Apache-2.0
// Phones, the phrases they show, and their pairings.
#include "server/store/sql_rows.h"
#include "server/store/transaction.h"

namespace toopher::server {

using sql::Blob;
using sql::Rows;

namespace {

constexpr std::string_view kAgreementKey = "pairings.agreement_key";
constexpr std::string_view kSeed = "pairings.seed";
constexpr std::string_view kEnrolmentSecret = "enrolments.secret";

#define PAIRING_COLUMNS                                                                                    \
  "SELECT id, user_id, requester_id, device_id, state, further_allowed, server_point, created, modified, " \
  "expires FROM pairings "

Pairing read_pairing(const Rows& row) {
  return {
      row.text(0),    row.text(1), row.text(2),    row.text(3),    static_cast<PairingState>(row.integer(4)),
      row.boolean(5), row.text(6), row.integer(7), row.integer(8), row.integer(9)};
}

}  // namespace

std::optional<Device> Transaction::device_by_id(std::string_view id) {
  return first(
      db_.query("SELECT id, name, platform, signing_key, agreement_key, created FROM devices WHERE id = ?",
                id),
      [](const Rows& row) {
        return Device{row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.integer(5)};
      });
}

void Transaction::insert_device(const Device& device) {
  db_.post("INSERT INTO devices VALUES (?, ?, ?, ?, ?, ?)", device.id, device.name, device.platform,
           Blob{device.signing_key}, Blob{device.agreement_key}, device.created);
  db_.post("INSERT INTO new_devices VALUES (?, ?)", device.created, device.id);
}

bool Transaction::set_phrase(std::string_view device_id, std::string_view phrase, Millis expires) {
  db_.post("DELETE FROM phrases WHERE device_id = ?", device_id);
  return db_.change("INSERT INTO phrases VALUES (?, ?, ?) ON CONFLICT DO NOTHING", device_id, phrase,
                    expires) == 1;
}

std::optional<std::string> Transaction::take_phrase(std::string_view phrase, Millis now) {
  return first(
      db_.query("DELETE FROM phrases WHERE phrase = ? AND expires > ? RETURNING device_id", phrase, now),
      [](const Rows& row) { return row.text(0); });
}

std::optional<Pairing> Transaction::pairing_by_id(std::string_view id) {
  return first(db_.query(PAIRING_COLUMNS "WHERE id = ?", id), read_pairing);
}

Pairings Transaction::pairings_of_user(std::string_view user_id) {
  if (const Pairings* known = known_rows_.pairings(user_id)) return *known;
  Pairings found(oldest_first(all(db_.query(PAIRING_COLUMNS "WHERE user_id = ?", user_id), read_pairing)));
  if (within_operation_) known_rows_.put(user_id, found);
  return found;
}

std::vector<Pairing> Transaction::pairings_of_device(std::string_view device_id) {
  return all(db_.query(PAIRING_COLUMNS "WHERE device_id = ? ORDER BY created, id", device_id), read_pairing);
}

void Transaction::insert_pairing(const Pairing& pairing, const Secret& agreement_key) {
  known_rows_.forget(pairing.user_id);
  const std::string sealed = key_.seal(agreement_key.view(), sealed_context(kAgreementKey, pairing.id));
  db_.post("INSERT INTO pairings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, -1, ?, ?, ?)", pairing.id,
           pairing.user_id, pairing.requester_id, pairing.device_id, pairing.state, pairing.further_allowed,
           Blob{pairing.server_point}, Blob{sealed}, Blob{}, pairing.created, pairing.modified,
           pairing.expires);
}

Secret Transaction::pairing_agreement_key(std::string_view id) {
  Rows rows = db_.query("SELECT sealed_agreement_key FROM pairings WHERE id = ?", id);
  if (!rows.next()) throw StoreError("database: a pairing vanished");
  return opened(rows.text(0), kAgreementKey, id);
}

Secret Transaction::pairing_seed(std::string_view id) {
  Rows rows = db_.query("SELECT sealed_seed FROM pairings WHERE id = ?", id);
  if (!rows.next()) throw StoreError("database: a pairing vanished");
  return opened(rows.text(0), kSeed, id);
}

void Transaction::enable_pairing(const Pairing& pairing, const Secret& seed, Millis now) {
  known_rows_.forget(pairing.user_id);
  const std::string sealed = key_.seal(seed.view(), sealed_context(kSeed, pairing.id));
  db_.post(
      "UPDATE pairings SET state = 1, sealed_seed = ?, sealed_agreement_key = ?, modified = ? "
      "WHERE id = ? AND state = 0",
      Blob{sealed}, Blob{}, now, pairing.id);
}

void Transaction::close_pairing(const Pairing& pairing, PairingState state, Millis now) {
  known_rows_.forget(pairing.user_id);
  db_.post(
      "UPDATE pairings SET state = ?, sealed_seed = ?, sealed_agreement_key = ?, modified = ? WHERE id = "
      "?",
      state, Blob{}, Blob{}, now, pairing.id);
  db_.post("DELETE FROM enrolments WHERE pairing_id = ?", pairing.id);
}

void Transaction::insert_enrolment(std::string_view pairing_id, const Secret& secret) {
  const std::string sealed = key_.seal(secret.view(), sealed_context(kEnrolmentSecret, pairing_id));
  db_.post("INSERT INTO enrolments VALUES (?, ?, 0)", pairing_id, Blob{sealed});
}

std::optional<Secret> Transaction::enrolment_secret(std::string_view pairing_id) {
  Rows rows = db_.query("SELECT sealed_secret FROM enrolments WHERE pairing_id = ?", pairing_id);
  if (!rows.next()) return std::nullopt;
  return opened(rows.text(0), kEnrolmentSecret, pairing_id);
}

int Transaction::count_wrong_proof(std::string_view pairing_id) {
  return count(
      db_.query("UPDATE enrolments SET wrong_proofs = wrong_proofs + 1 WHERE pairing_id = ? "
                "RETURNING wrong_proofs",
                pairing_id));
}

bool Transaction::join_pairing(const Pairing& pairing, std::string_view device_id, Millis now,
                               Millis expires) {
  known_rows_.forget(pairing.user_id);
  db_.post("DELETE FROM enrolments WHERE pairing_id = ?", pairing.id);
  return db_.change(
             "UPDATE pairings SET device_id = ?, modified = ?, expires = ? "
             "WHERE id = ? AND state = 0 AND device_id = ''",
             device_id, now, expires, pairing.id) == 1;
}

bool Transaction::accept_step(std::string_view pairing_id, std::int64_t step) {
  return db_.change("UPDATE pairings SET last_step = ? WHERE id = ? AND state = 1 AND last_step < ?", step,
                    pairing_id, step) == 1;
}

std::vector<Pairing> Transaction::pending_pairings_of_requester(std::string_view requester_id) {
  return all(
      db_.query(PAIRING_COLUMNS "WHERE requester_id = ? AND state = 0 AND expires > 0 ORDER BY expires",
                requester_id),
      read_pairing);
}

std::vector<Pairing> Transaction::overdue_pairings(Millis now, int limit) {
  return all(
      db_.query(PAIRING_COLUMNS "WHERE state = 0 AND expires <= ? ORDER BY expires LIMIT ?", now, limit),
      read_pairing);
}

}  // namespace toopher::server
