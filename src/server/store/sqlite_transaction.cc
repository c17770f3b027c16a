// SPDX-License-Identifier: Apache-2.0
#include "server/store/sqlite_transaction.h"

#include <utility>

#include "crypto/hash.h"

namespace toopher::server::sqlite {

namespace {

constexpr std::string_view kRequesterSecret = "requesters.secret";
constexpr std::string_view kAgreementKey = "pairings.agreement_key";
constexpr std::string_view kSeed = "pairings.seed";
constexpr std::string_view kRecoverySalt = "recovery_lists.salt";
constexpr Millis kDay = 1440 * kMinute;

std::string context(std::string_view column, std::string_view id) {
  return std::string(column) + ":" + std::string(id);
}

// Each reader takes the columns in the order of the column list beside it.

Requester read_requester(const Rows& row) {
  return {row.text(0), row.text(1), row.text(2), Scopes(static_cast<unsigned>(row.integer(3))),
          row.integer(4)};
}

#define USER_COLUMNS                                                                                     \
  "SELECT id, name, enabled, muted_until, pushes_counted_from, codes_locked_until, codes_counted_from, " \
  "code_lockouts, created, modified FROM users "

User read_user(const Rows& row) {
  return {row.text(0),    row.text(1),    row.boolean(2), row.integer(3),
          row.integer(4), row.integer(5), row.integer(6), static_cast<int>(row.integer(7)),
          row.integer(8), row.integer(9)};
}

#define PAIRING_COLUMNS                                                                                    \
  "SELECT id, user_id, requester_id, device_id, state, further_allowed, server_point, created, modified, " \
  "expires FROM pairings "

Pairing read_pairing(const Rows& row) {
  return {
      row.text(0),    row.text(1), row.text(2),    row.text(3),    static_cast<PairingState>(row.integer(4)),
      row.boolean(5), row.text(6), row.integer(7), row.integer(8), row.integer(9)};
}

#define TERMINAL_COLUMNS "SELECT id, user_id, name, extra, created FROM terminals "

Terminal read_terminal(const Rows& row) {
  return {row.text(0), row.text(1), row.text(2), row.text(3), row.integer(4)};
}

#define REQUEST_COLUMNS                                                                                    \
  "SELECT id, requester_id, user_id, pairing_id, client_request_id, fingerprint, push, terminal_id, "      \
  "terminal_name, terminal_extra, terminal_created, action_id, action_name, action_created, metadata, "    \
  "number, automation_allowed, state, reason_code, reason, totp_valid, code_followed, created, modified, " \
  "expires FROM requests "

AuthenticationRequest read_request(const Rows& row) {
  AuthenticationRequest request;
  request.id = row.text(0);
  request.requester_id = row.text(1);
  request.user_id = row.text(2);
  request.pairing_id = row.text(3);
  request.client_request_id = row.text(4);
  request.fingerprint = row.text(5);
  request.push = row.boolean(6);
  request.terminal = {row.text(7), row.text(2), row.text(8), row.text(9), row.integer(10)};
  request.action = {row.text(11), row.text(12), row.integer(13)};
  request.metadata = row.text(14);
  request.number = row.text(15);
  request.automation_allowed = row.boolean(16);
  request.state = static_cast<RequestState>(row.integer(17));
  request.reason_code = static_cast<int>(row.integer(18));
  request.reason = row.text(19);
  request.totp_valid = row.boolean(20);
  request.code_followed = row.boolean(21);
  request.created = row.integer(22);
  request.modified = row.integer(23);
  request.expires = row.integer(24);
  return request;
}

template <typename Reader>
auto first(Rows rows, Reader reader) -> std::optional<decltype(reader(rows))> {
  if (!rows.next()) return std::nullopt;
  return reader(rows);
}

template <typename Reader>
auto all(Rows rows, Reader reader) -> std::vector<decltype(reader(rows))> {
  std::vector<decltype(reader(rows))> found;
  while (rows.next()) found.push_back(reader(rows));
  return found;
}

}  // namespace

Secret SqliteTransaction::opened(std::string_view sealed, std::string_view column, std::string_view id) {
  auto plain = key_.open(sealed, context(column, id));
  if (!plain) {
    throw StoreError(
        "database: " + context(column, id) +
        " cannot be opened; the key file does not belong to this database, or the row was changed");
  }
  return std::move(*plain);
}

std::optional<Requester> SqliteTransaction::requester_by_key(std::string_view consumer_key) {
  return first(
      db_.query("SELECT id, name, consumer_key, scopes, created FROM requesters WHERE consumer_key = ?",
                consumer_key),
      read_requester);
}

std::optional<Requester> SqliteTransaction::requester_by_id(std::string_view id) {
  return first(db_.query("SELECT id, name, consumer_key, scopes, created FROM requesters WHERE id = ?", id),
               read_requester);
}

std::optional<Requester> SqliteTransaction::requester_by_name(std::string_view name) {
  return first(
      db_.query("SELECT id, name, consumer_key, scopes, created FROM requesters WHERE name = ?", name),
      read_requester);
}

Secret SqliteTransaction::requester_secret(std::string_view id) {
  Rows rows = db_.query("SELECT sealed_secret FROM requesters WHERE id = ?", id);
  if (!rows.next()) throw StoreError("database: a requester vanished");
  return opened(rows.text(0), kRequesterSecret, id);
}

void SqliteTransaction::insert_requester(const Requester& requester, const Secret& secret) {
  const std::string sealed = key_.seal(secret.view(), context(kRequesterSecret, requester.id));
  db_.change("INSERT INTO requesters VALUES (?, ?, ?, ?, ?, ?)", requester.id, requester.name,
             requester.consumer_key, Blob{sealed}, requester.scopes.bits(), requester.created);
}

bool SqliteTransaction::use_nonce(std::string_view owner, std::string_view nonce, Millis expires) {
  return db_.change("INSERT OR IGNORE INTO nonces VALUES (?, ?, ?)", owner, nonce, expires) == 1;
}

std::optional<User> SqliteTransaction::user_by_id(std::string_view id) {
  return first(db_.query(USER_COLUMNS "WHERE id = ?", id), read_user);
}

std::optional<User> SqliteTransaction::user_by_name(std::string_view name) {
  return first(db_.query(USER_COLUMNS "WHERE name = ?", name), read_user);
}

void SqliteTransaction::insert_user(const User& user) {
  db_.change("INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", user.id, user.name, user.enabled,
             user.muted_until, user.pushes_counted_from, user.codes_locked_until, user.codes_counted_from,
             user.code_lockouts, user.created, user.modified);
}

void SqliteTransaction::update_user(const User& user) {
  db_.change(
      "UPDATE users SET enabled = ?, muted_until = ?, pushes_counted_from = ?, codes_locked_until = ?, "
      "codes_counted_from = ?, code_lockouts = ?, modified = ? WHERE id = ?",
      user.enabled, user.muted_until, user.pushes_counted_from, user.codes_locked_until,
      user.codes_counted_from, user.code_lockouts, user.modified, user.id);
}

std::vector<User> SqliteTransaction::users() {
  return all(db_.query(USER_COLUMNS "ORDER BY name"), read_user);
}

void SqliteTransaction::replace_recovery_codes(std::string_view user_id, const Secret& salt,
                                               const std::vector<std::string>& hashes, Millis now) {
  db_.change("DELETE FROM recovery_lists WHERE user_id = ?", user_id);
  if (hashes.empty()) return;
  const std::string sealed = key_.seal(salt.view(), context(kRecoverySalt, user_id));
  db_.change("INSERT INTO recovery_lists VALUES (?, ?, ?)", user_id, Blob{sealed}, now);
  for (const std::string& hash : hashes)
    db_.change("INSERT INTO recovery_codes VALUES (?, ?, 0)", user_id, Blob{hash});
}

std::optional<Secret> SqliteTransaction::recovery_salt(std::string_view user_id) {
  Rows rows = db_.query("SELECT sealed_salt FROM recovery_lists WHERE user_id = ?", user_id);
  if (!rows.next()) return std::nullopt;
  return opened(rows.text(0), kRecoverySalt, user_id);
}

RecoveryUse SqliteTransaction::use_recovery_code(std::string_view user_id, std::string_view hash,
                                                 Millis now) {
  if (db_.change("UPDATE recovery_codes SET used = ? WHERE user_id = ? AND hash = ? AND used = 0", now,
                 user_id, Blob{hash}) == 1)
    return RecoveryUse::accepted;
  Rows rows = db_.query("SELECT 1 FROM recovery_codes WHERE user_id = ? AND hash = ?", user_id, Blob{hash});
  return rows.next() ? RecoveryUse::used_before : RecoveryUse::unknown;
}

int SqliteTransaction::recovery_codes_left(std::string_view user_id) {
  Rows rows = db_.query("SELECT count(*) FROM recovery_codes WHERE user_id = ? AND used = 0", user_id);
  return rows.next() ? static_cast<int>(rows.integer(0)) : 0;
}

std::optional<Device> SqliteTransaction::device_by_id(std::string_view id) {
  return first(
      db_.query("SELECT id, name, platform, signing_key, agreement_key, created FROM devices WHERE id = ?",
                id),
      [](const Rows& row) {
        return Device{row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.integer(5)};
      });
}

void SqliteTransaction::insert_device(const Device& device) {
  db_.change("INSERT INTO devices VALUES (?, ?, ?, ?, ?, ?)", device.id, device.name, device.platform,
             Blob{device.signing_key}, Blob{device.agreement_key}, device.created);
}

bool SqliteTransaction::set_phrase(std::string_view device_id, std::string_view phrase, Millis expires) {
  return db_.change(
             "INSERT INTO phrases VALUES (?1, ?2, ?3) ON CONFLICT (device_id) DO UPDATE SET phrase = ?2, "
             "expires = ?3 "
             "WHERE NOT EXISTS (SELECT 1 FROM phrases WHERE phrase = ?2) ON CONFLICT (phrase) DO NOTHING",
             device_id, phrase, expires) == 1;
}

std::optional<std::string> SqliteTransaction::take_phrase(std::string_view phrase, Millis now) {
  return first(
      db_.query("DELETE FROM phrases WHERE phrase = ? AND expires > ? RETURNING device_id", phrase, now),
      [](const Rows& row) { return row.text(0); });
}

std::optional<Pairing> SqliteTransaction::pairing_by_id(std::string_view id) {
  return first(db_.query(PAIRING_COLUMNS "WHERE id = ?", id), read_pairing);
}

std::vector<Pairing> SqliteTransaction::pairings_of_user(std::string_view user_id) {
  return all(db_.query(PAIRING_COLUMNS "WHERE user_id = ? ORDER BY created, id", user_id), read_pairing);
}

std::vector<Pairing> SqliteTransaction::pairings_of_device(std::string_view device_id) {
  return all(db_.query(PAIRING_COLUMNS "WHERE device_id = ? ORDER BY created, id", device_id), read_pairing);
}

void SqliteTransaction::insert_pairing(const Pairing& pairing, const Secret& agreement_key) {
  const std::string sealed = key_.seal(agreement_key.view(), context(kAgreementKey, pairing.id));
  db_.change("INSERT INTO pairings VALUES (?, ?, ?, ?, ?, ?, ?, ?, x'', -1, ?, ?, ?)", pairing.id,
             pairing.user_id, pairing.requester_id, pairing.device_id,
             static_cast<std::int64_t>(pairing.state), pairing.further_allowed, Blob{pairing.server_point},
             Blob{sealed}, pairing.created, pairing.modified, pairing.expires);
}

Secret SqliteTransaction::pairing_agreement_key(std::string_view id) {
  Rows rows = db_.query("SELECT sealed_agreement_key FROM pairings WHERE id = ?", id);
  if (!rows.next()) throw StoreError("database: a pairing vanished");
  return opened(rows.text(0), kAgreementKey, id);
}

Secret SqliteTransaction::pairing_seed(std::string_view id) {
  Rows rows = db_.query("SELECT sealed_seed FROM pairings WHERE id = ?", id);
  if (!rows.next()) throw StoreError("database: a pairing vanished");
  return opened(rows.text(0), kSeed, id);
}

void SqliteTransaction::enable_pairing(std::string_view id, const Secret& seed, Millis now) {
  const std::string sealed = key_.seal(seed.view(), context(kSeed, id));
  db_.change(
      "UPDATE pairings SET state = 1, sealed_seed = ?, sealed_agreement_key = x'', modified = ? "
      "WHERE id = ? AND state = 0",
      Blob{sealed}, now, id);
}

void SqliteTransaction::close_pairing(std::string_view id, PairingState state, Millis now) {
  db_.change(
      "UPDATE pairings SET state = ?, sealed_seed = x'', sealed_agreement_key = x'', modified = ? WHERE id = "
      "?",
      static_cast<std::int64_t>(state), now, id);
}

bool SqliteTransaction::accept_step(std::string_view pairing_id, std::int64_t step) {
  return db_.change("UPDATE pairings SET last_step = ?1 WHERE id = ?2 AND state = 1 AND last_step < ?1", step,
                    pairing_id) == 1;
}

std::optional<Terminal> SqliteTransaction::terminal_by_id(std::string_view id) {
  return first(db_.query(TERMINAL_COLUMNS "WHERE id = ?", id), read_terminal);
}

std::optional<Terminal> SqliteTransaction::terminal_by_extra(std::string_view user_id,
                                                             std::string_view extra) {
  return first(db_.query(TERMINAL_COLUMNS "WHERE user_id = ? AND extra = ? AND extra <> ''", user_id, extra),
               read_terminal);
}

std::optional<Terminal> SqliteTransaction::terminal_by_name(std::string_view user_id, std::string_view name) {
  return first(db_.query(TERMINAL_COLUMNS "WHERE user_id = ? AND name = ? AND extra = ''", user_id, name),
               read_terminal);
}

void SqliteTransaction::insert_terminal(const Terminal& terminal) {
  db_.change("INSERT INTO terminals VALUES (?, ?, ?, ?, ?)", terminal.id, terminal.user_id, terminal.name,
             terminal.extra, terminal.created);
}

void SqliteTransaction::rename_terminal(std::string_view id, std::string_view name) {
  db_.change("UPDATE terminals SET name = ? WHERE id = ?", name, id);
}

std::optional<Action> SqliteTransaction::action_by_name(std::string_view name) {
  return first(db_.query("SELECT id, name, created FROM actions WHERE name = ?", name), [](const Rows& row) {
    return Action{row.text(0), row.text(1), row.integer(2)};
  });
}

void SqliteTransaction::insert_action(const Action& action) {
  db_.change("INSERT INTO actions VALUES (?, ?, ?)", action.id, action.name, action.created);
}

std::optional<AuthenticationRequest> SqliteTransaction::request_by_id(std::string_view id) {
  return first(db_.query(REQUEST_COLUMNS "WHERE id = ?", id), read_request);
}

std::optional<AuthenticationRequest> SqliteTransaction::request_by_client_id(
    std::string_view requester_id, std::string_view client_request_id) {
  return first(db_.query(REQUEST_COLUMNS
                         "WHERE requester_id = ? AND client_request_id = ? AND client_request_id <> ''",
                         requester_id, client_request_id),
               read_request);
}

void SqliteTransaction::insert_request(const AuthenticationRequest& request) {
  db_.change(
      "INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?)",
      request.id, request.requester_id, request.user_id, request.pairing_id, request.client_request_id,
      Blob{request.fingerprint}, request.push, request.terminal.id, request.terminal.name,
      request.terminal.extra, request.terminal.created, request.action.id, request.action.name,
      request.action.created, request.metadata, request.number, request.automation_allowed,
      static_cast<std::int64_t>(request.state), request.reason_code, request.reason, request.totp_valid,
      request.code_followed, request.created, request.modified, request.expires);
}

bool SqliteTransaction::finish_request(const AuthenticationRequest& request) {
  return db_.change(
             "UPDATE requests SET state = ?, reason_code = ?, reason = ?, totp_valid = ?, code_followed = ?, "
             "pairing_id = ?, modified = ? WHERE id = ? AND state = 0",
             static_cast<std::int64_t>(request.state), request.reason_code, request.reason,
             request.totp_valid, request.code_followed, request.pairing_id, request.modified,
             request.id) == 1;
}

void SqliteTransaction::mark_code_followed(std::string_view request_id) {
  db_.change("UPDATE requests SET code_followed = 1 WHERE id = ?", request_id);
}

bool SqliteTransaction::authorization_used(std::string_view request_id) {
  return db_.query("SELECT 1 FROM authorizations WHERE request_id = ?", request_id).next();
}

void SqliteTransaction::use_authorization(std::string_view request_id, Millis now) {
  db_.change("INSERT INTO authorizations VALUES (?, ?)", request_id, now);
}

std::vector<AuthenticationRequest> SqliteTransaction::pending_requests(std::string_view user_id) {
  return all(db_.query(REQUEST_COLUMNS "WHERE user_id = ? AND state = 0 ORDER BY created, id", user_id),
             read_request);
}

std::vector<AuthenticationRequest> SqliteTransaction::overdue_requests(Millis now) {
  return all(db_.query(REQUEST_COLUMNS "WHERE state = 0 AND expires <= ? ORDER BY created, id", now),
             read_request);
}

std::vector<Pairing> SqliteTransaction::overdue_pairings(Millis now) {
  return all(db_.query(PAIRING_COLUMNS "WHERE state = 0 AND expires <= ? ORDER BY created, id", now),
             read_pairing);
}

int SqliteTransaction::refused_pushes(std::string_view user_id, Millis since) {
  Rows rows = db_.query(
      "SELECT count(*) FROM requests WHERE user_id = ? AND modified > ? AND push = 1 AND state IN (2, 3, 4) "
      "AND code_followed = 0",
      user_id, since);
  return rows.next() ? static_cast<int>(rows.integer(0)) : 0;
}

void SqliteTransaction::insert_decision(const Decision& decision) {
  db_.change(
      "INSERT INTO decisions (subject, pairing_id, device_id, shown, choice, number, signature, at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      decision.subject, decision.pairing_id, decision.device_id, decision.shown, decision.choice,
      decision.number, Blob{decision.signature}, decision.at);
}

void SqliteTransaction::insert_try(std::string_view kind, std::string_view owner, Millis at) {
  db_.change("INSERT INTO tries VALUES (?, ?, ?)", kind, owner, at);
}

int SqliteTransaction::count_tries(std::string_view kind, std::string_view owner, Millis since) {
  Rows rows =
      db_.query("SELECT count(*) FROM tries WHERE kind = ? AND owner = ? AND at > ?", kind, owner, since);
  return rows.next() ? static_cast<int>(rows.integer(0)) : 0;
}

void SqliteTransaction::forget_tries(std::string_view kind, std::string_view owner) {
  db_.change("DELETE FROM tries WHERE kind = ? AND owner = ?", kind, owner);
}

std::string SqliteTransaction::keyed_digest(std::string_view data) {
  const Secret key = crypto::hkdf_sha256(key_.bytes(), "", "toopherd digest v1", crypto::SealingKey::kSize);
  return crypto::hmac(crypto::Digest::sha256, key.view(), data);
}

void SqliteTransaction::audit(Millis at, std::string_view event, std::string_view fields) {
  db_.change("INSERT INTO audit (at, event, fields) VALUES (?, ?, ?)", at, event, fields);
  audit_lines_.emplace_back(fields);
}

bool SqliteTransaction::changed_elsewhere() {
  Rows rows = db_.query("PRAGMA data_version");
  const std::int64_t version = rows.next() ? rows.integer(0) : 0;
  return std::exchange(data_version_, version) != version;
}

void SqliteTransaction::prune(Millis now) {
  db_.change("DELETE FROM nonces WHERE expires < ?", now);
  db_.change("DELETE FROM tries WHERE at < ?", now - kDay);
  db_.change("DELETE FROM phrases WHERE expires < ?", now);
  db_.change(
      "DELETE FROM devices WHERE created < ? AND NOT EXISTS (SELECT 1 FROM pairings WHERE device_id = "
      "devices.id)",
      now - kDay);
}

bool SqliteTransaction::key_fits() {
  Rows rows = db_.query("SELECT id, sealed_secret FROM requesters LIMIT 1");
  return !rows.next() || key_.open(rows.text(1), context(kRequesterSecret, rows.text(0))).has_value();
}

void SqliteTransaction::take_messages(Committed& committed) {
  committed.topics = std::exchange(topics_, {});
  committed.audit_lines = std::exchange(audit_lines_, {});
}

void SqliteTransaction::drop_messages_after(std::pair<std::size_t, std::size_t> kept) {
  topics_.resize(kept.first);
  audit_lines_.resize(kept.second);
}

}  // namespace toopher::server::sqlite
