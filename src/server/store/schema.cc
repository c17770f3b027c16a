// SPDX-License-Identifier: Apache-2.0
#include "server/store/schema.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace toopher::server {

namespace {

// The tables as each version of toopherd added them. Words in braces stand for what engines call differently
// (sql::Dialect). Ids are UUIDs as text, times milliseconds since 1970; "" and 0 stand for "none", booleans are 0 and 1;
// sealed columns hold AES-256-GCM.

constexpr const char* kFirstVersion = R"sql(
CREATE TABLE requesters (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, consumer_key TEXT NOT NULL UNIQUE, sealed_secret {bytes} NOT NULL,
  scopes {integer} NOT NULL, created {integer} NOT NULL) {table};
CREATE TABLE nonces (
  owner TEXT NOT NULL, nonce TEXT NOT NULL, expires {integer} NOT NULL, PRIMARY KEY (owner, nonce)) {keyed_table};
CREATE INDEX nonces_expire ON nonces (expires);
CREATE TABLE users (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, enabled {integer} NOT NULL, muted_until {integer} NOT NULL,
  pushes_counted_from {integer} NOT NULL, codes_locked_until {integer} NOT NULL, codes_counted_from {integer} NOT NULL,
  code_lockouts {integer} NOT NULL, created {integer} NOT NULL, modified {integer} NOT NULL) {table};
CREATE TABLE devices (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, platform TEXT NOT NULL, signing_key {bytes} NOT NULL,
  agreement_key {bytes} NOT NULL, created {integer} NOT NULL) {table};
CREATE INDEX devices_created ON devices (created);
CREATE TABLE phrases (
  device_id TEXT PRIMARY KEY REFERENCES devices ON DELETE CASCADE, phrase TEXT NOT NULL UNIQUE,
  expires {integer} NOT NULL) {table};
CREATE TABLE pairings (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users, requester_id TEXT NOT NULL REFERENCES requesters,
  device_id TEXT NOT NULL REFERENCES devices, state {integer} NOT NULL, further_allowed {integer} NOT NULL,
  server_point {bytes} NOT NULL, sealed_agreement_key {bytes} NOT NULL, sealed_seed {bytes} NOT NULL, last_step {integer} NOT NULL,
  created {integer} NOT NULL, modified {integer} NOT NULL, expires {integer} NOT NULL) {table};
CREATE INDEX pairings_user ON pairings (user_id);
CREATE INDEX pairings_device ON pairings (device_id);
CREATE INDEX pairings_pending ON pairings (expires) WHERE state = 0;
CREATE TABLE terminals (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users, name TEXT NOT NULL, extra TEXT NOT NULL,
  created {integer} NOT NULL) {table};
CREATE UNIQUE INDEX terminals_extra ON terminals (user_id, extra) WHERE extra <> '';
CREATE UNIQUE INDEX terminals_name ON terminals (user_id, name) WHERE extra = '';
CREATE TABLE actions (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created {integer} NOT NULL) {table};
CREATE TABLE requests (
  id TEXT PRIMARY KEY, requester_id TEXT NOT NULL REFERENCES requesters, user_id TEXT NOT NULL REFERENCES users,
  pairing_id TEXT NOT NULL, client_request_id TEXT NOT NULL, fingerprint {bytes} NOT NULL, push {integer} NOT NULL,
  terminal_id TEXT NOT NULL, terminal_name TEXT NOT NULL, terminal_extra TEXT NOT NULL, terminal_created {integer} NOT NULL,
  action_id TEXT NOT NULL, action_name TEXT NOT NULL, action_created {integer} NOT NULL, metadata TEXT NOT NULL,
  number TEXT NOT NULL, automation_allowed {integer} NOT NULL, state {integer} NOT NULL, reason_code {integer} NOT NULL,
  reason TEXT NOT NULL, totp_valid {integer} NOT NULL, code_followed {integer} NOT NULL, created {integer} NOT NULL,
  modified {integer} NOT NULL, expires {integer} NOT NULL) {table};
CREATE UNIQUE INDEX requests_client ON requests (requester_id, client_request_id) WHERE client_request_id <> '';
CREATE INDEX requests_pending_user ON requests (user_id) WHERE state = 0;
CREATE INDEX requests_pending ON requests (expires) WHERE state = 0;
CREATE INDEX requests_user ON requests (user_id, modified);
CREATE TABLE decisions (
  number_in_order {serial}, subject TEXT NOT NULL, pairing_id TEXT NOT NULL,
  device_id TEXT NOT NULL, shown TEXT NOT NULL, choice TEXT NOT NULL, number TEXT NOT NULL, signature {bytes} NOT NULL,
  at {integer} NOT NULL) {table};
CREATE TABLE tries (kind TEXT NOT NULL, owner TEXT NOT NULL, at {integer} NOT NULL) {table};
CREATE INDEX tries_owner ON tries (kind, owner, at);
CREATE INDEX tries_at ON tries (at);
CREATE TABLE audit (
  number_in_order {serial}, at {integer} NOT NULL, event TEXT NOT NULL, fields TEXT NOT NULL) {table};
{guards})sql";

constexpr const char* kSecondVersion = R"sql(
CREATE TABLE recovery_lists (
  user_id TEXT PRIMARY KEY REFERENCES users, sealed_salt {bytes} NOT NULL, created {integer} NOT NULL) {table};
CREATE TABLE recovery_codes (
  user_id TEXT NOT NULL REFERENCES recovery_lists ON DELETE CASCADE, hash {bytes} NOT NULL, used {integer} NOT NULL,
  PRIMARY KEY (user_id, hash)) {keyed_table};
CREATE TABLE authorizations (request_id TEXT PRIMARY KEY REFERENCES requests, used {integer} NOT NULL) {table};
)sql";

// User names become unique within a directory; requesters get their policies, and a secret that is on its way out.
constexpr const char* kDirectoriesAndPolicies = R"sql(
ALTER TABLE requesters ADD COLUMN directory TEXT NOT NULL DEFAULT 'default';
ALTER TABLE requesters ADD COLUMN number_matching {integer} NOT NULL DEFAULT 1;
ALTER TABLE requesters ADD COLUMN number_digits {integer} NOT NULL DEFAULT 2;
ALTER TABLE requesters ADD COLUMN automation {integer} NOT NULL DEFAULT 1;
ALTER TABLE requesters ADD COLUMN previous_secret_until {integer} NOT NULL DEFAULT 0;
ALTER TABLE requesters ADD COLUMN removed {integer} NOT NULL DEFAULT 0;
CREATE TABLE previous_secrets (
  requester_id TEXT PRIMARY KEY REFERENCES requesters, sealed_secret {bytes} NOT NULL) {table};
{forget_unique_user_names}
ALTER TABLE users ADD COLUMN directory TEXT NOT NULL DEFAULT 'default';
ALTER TABLE users ADD COLUMN enrol_until {integer} NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX users_name ON users (directory, name);
CREATE INDEX users_enrol ON users (enrol_until) WHERE enrol_until <> 0;
CREATE TABLE directories (name TEXT PRIMARY KEY, enrol_until {integer} NOT NULL) {table};
CREATE TABLE bypass_codes (
  user_id TEXT PRIMARY KEY REFERENCES users, hash {bytes} NOT NULL, max_uses {integer} NOT NULL, used {integer} NOT NULL,
  created {integer} NOT NULL, expires {integer} NOT NULL) {table};
CREATE INDEX bypass_codes_expire ON bypass_codes (expires);
)sql";

// What is decided without a person, and what makes a decision of one verifiable later. The mark says up to which expiry
// nonces may have been forgotten.
constexpr const char* kRulesAndProofs = R"sql(
ALTER TABLE decisions ADD COLUMN remember_days {integer} NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN origin TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX decisions_subject ON decisions (subject);
ALTER TABLE requests ADD COLUMN rule_id TEXT NOT NULL DEFAULT '';
CREATE TABLE automation_rules (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users, requester_id TEXT NOT NULL REFERENCES requesters,
  pairing_id TEXT NOT NULL REFERENCES pairings, request_id TEXT NOT NULL, terminal_id TEXT NOT NULL,
  terminal_name TEXT NOT NULL, action TEXT NOT NULL, created {integer} NOT NULL, expires {integer} NOT NULL,
  ended {integer} NOT NULL) {table};
CREATE UNIQUE INDEX automation_rules_criteria ON automation_rules (user_id, requester_id, terminal_id, action)
  WHERE ended = 0;
CREATE INDEX automation_rules_expire ON automation_rules (expires) WHERE ended = 0;
CREATE TABLE forgotten_nonces (until {integer} NOT NULL) {table};
INSERT INTO forgotten_nonces VALUES (0);
)sql";

// A pairing that was begun at the host waits for its device: until one has joined, the device is that of the id "".
constexpr const char* kEnrolments = R"sql(
CREATE TABLE enrolments (
  pairing_id TEXT PRIMARY KEY REFERENCES pairings ON DELETE CASCADE, sealed_secret {bytes} NOT NULL,
  wrong_proofs {integer} NOT NULL) {table};
INSERT INTO devices VALUES ('', '', '', CAST('' AS {bytes}), CAST('' AS {bytes}), 9223372036854775807);
)sql";

// Hard tokens and other apps. A row that is not active is kept for its counter: provisioned again, the same seed must not
// make used codes good.
constexpr const char* kValidators = R"sql(
CREATE TABLE validators (
  id TEXT PRIMARY KEY, requester_id TEXT NOT NULL REFERENCES requesters, requester_specified_id TEXT NOT NULL,
  user_id TEXT NOT NULL, event_based {integer} NOT NULL, digits {integer} NOT NULL, algorithm TEXT NOT NULL,
  step_seconds {integer} NOT NULL, sealed_seed {bytes} NOT NULL, seed_digest {bytes} NOT NULL UNIQUE,
  next_counter {integer} NOT NULL, drift {integer} NOT NULL, active {integer} NOT NULL, created {integer} NOT NULL,
  modified {integer} NOT NULL) {table};
CREATE UNIQUE INDEX validators_named ON validators (requester_id, requester_specified_id)
  WHERE requester_specified_id <> '' AND active = 1;
CREATE INDEX validators_user ON validators (user_id) WHERE user_id <> '';
)sql";

// Links by which a person removes a pairing; the links themselves are not kept.
constexpr const char* kResetLinks = R"sql(
CREATE TABLE reset_links (
  digest {bytes} PRIMARY KEY, pairing_id TEXT NOT NULL UNIQUE REFERENCES pairings ON DELETE CASCADE,
  requester TEXT NOT NULL, question TEXT NOT NULL, answer_digest {bytes} NOT NULL, wrong_answers {integer} NOT NULL,
  expires {integer} NOT NULL) {table};
CREATE INDEX reset_links_expire ON reset_links (expires);
)sql";

// What many logins a second ask for: each index that a new request enters is one more page to write, so that finished
// requests are found by an index that new ones do not enter, and nonces by the one that also says which are over.
// (Columns in the order of the key: SQLite 3.40 checks those of a table without rowids wrongly in another.)
constexpr const char* kFewerPages = R"sql(
DROP INDEX requests_user;
CREATE INDEX requests_user ON requests (user_id, modified) WHERE state <> 0;
CREATE INDEX automation_rules_requester ON automation_rules (requester_id) WHERE ended = 0;
CREATE TABLE fresh_nonces (
  expires {integer} NOT NULL, owner TEXT NOT NULL, nonce TEXT NOT NULL, PRIMARY KEY (expires, owner, nonce)) {keyed_table};
INSERT INTO fresh_nonces SELECT expires, owner, nonce FROM nonces;
DROP TABLE nonces;
ALTER TABLE fresh_nonces RENAME TO nonces;
)sql";

// What may be removed once it is old: of what `what` names the rows from before `horizon`, and no others. New devices are
// looked at once more when they have had time to pair.
constexpr const char* kRetention = R"sql(
CREATE INDEX requests_created ON requests (created);
CREATE INDEX automation_rules_request ON automation_rules (request_id);
CREATE INDEX phrases_expire ON phrases (expires);
CREATE TABLE new_devices (created {integer} NOT NULL, device_id TEXT NOT NULL, PRIMARY KEY (created, device_id)) {keyed_table};
INSERT INTO new_devices SELECT created, id FROM devices
  WHERE NOT EXISTS (SELECT 1 FROM pairings WHERE device_id = devices.id);
DROP INDEX devices_created;
CREATE TABLE retention (what TEXT PRIMARY KEY, horizon {integer} NOT NULL) {keyed_table};
INSERT INTO retention VALUES ('requests', 0), ('audit', 0);
{retention_guards})sql";

// When something was last done, for operators.
constexpr const char* kMemos = R"sql(
CREATE TABLE memos (name TEXT PRIMARY KEY, value TEXT NOT NULL, at {integer} NOT NULL) {table};
)sql";

// Where phones are told that something waits, under which key, and who is told through ntfy. A row without a target is kept
// for what it says was wrong.
constexpr const char* kPush = R"sql(
CREATE TABLE push_keys (name TEXT PRIMARY KEY, sealed_key {bytes} NOT NULL, created {integer} NOT NULL) {table};
CREATE TABLE push_subscriptions (
  device_id TEXT PRIMARY KEY REFERENCES devices ON DELETE CASCADE, sealed_target {bytes} NOT NULL,
  since {integer} NOT NULL, delivered {integer} NOT NULL, problem TEXT NOT NULL) {table};
CREATE TABLE ntfy_topics (user_id TEXT PRIMARY KEY REFERENCES users, sealed_topic {bytes} NOT NULL) {table};
)sql";

// By which phones verify the person, and what they said of it with a decision.
constexpr const char* kVerification = R"sql(
CREATE TABLE credentials (
  pairing_id TEXT PRIMARY KEY REFERENCES pairings, credential_id {bytes} NOT NULL UNIQUE, point {bytes} NOT NULL,
  sign_count {integer} NOT NULL, signature {bytes} NOT NULL, created {integer} NOT NULL) {table};
ALTER TABLE decisions ADD COLUMN verification TEXT NOT NULL DEFAULT '';
)sql";

// What was finished more than an hour ago, apart: what a login looks up and enters stays as small as an hour is, whatever the
// past. A request and what it authorized may be in either table, so that authorizations refer to none. The big table keeps its
// place and those of its indexes that it needs, under their names: to make them anew would take minutes for some millions.
// A table is renamed before it is read: that waits for whoever writes to it (PostgreSQL), so that nothing comes too late.
constexpr const char* kPast = R"sql(
ALTER TABLE authorizations RENAME TO authorizations_before;
CREATE TABLE authorizations (request_id TEXT PRIMARY KEY, used {integer} NOT NULL) {keyed_table};
INSERT INTO authorizations SELECT request_id, used FROM authorizations_before;
DROP TABLE authorizations_before;
ALTER TABLE requests RENAME TO past_requests;
CREATE TABLE requests (
  id TEXT PRIMARY KEY, requester_id TEXT NOT NULL REFERENCES requesters, user_id TEXT NOT NULL REFERENCES users,
  pairing_id TEXT NOT NULL, client_request_id TEXT NOT NULL, fingerprint {bytes} NOT NULL, push {integer} NOT NULL,
  terminal_id TEXT NOT NULL, terminal_name TEXT NOT NULL, terminal_extra TEXT NOT NULL, terminal_created {integer} NOT NULL,
  action_id TEXT NOT NULL, action_name TEXT NOT NULL, action_created {integer} NOT NULL, metadata TEXT NOT NULL,
  number TEXT NOT NULL, automation_allowed {integer} NOT NULL, state {integer} NOT NULL, reason_code {integer} NOT NULL,
  reason TEXT NOT NULL, totp_valid {integer} NOT NULL, code_followed {integer} NOT NULL, created {integer} NOT NULL,
  modified {integer} NOT NULL, expires {integer} NOT NULL, rule_id TEXT NOT NULL) {table};
INSERT INTO requests SELECT * FROM past_requests WHERE state = 0 AND expires > 0;
INSERT INTO requests SELECT * FROM past_requests
  WHERE state <> 0 AND created >= (SELECT max(created) FROM past_requests) - 3600000;
DELETE FROM past_requests WHERE id IN (SELECT id FROM requests);
DROP INDEX requests_client;
DROP INDEX requests_pending_user;
DROP INDEX requests_pending;
CREATE UNIQUE INDEX requests_client ON requests (requester_id, client_request_id) WHERE client_request_id <> '';
CREATE INDEX requests_pending_user ON requests (user_id) WHERE state = 0;
CREATE INDEX requests_pending ON requests (expires) WHERE state = 0;
CREATE INDEX requests_finished ON requests (modified) WHERE state <> 0;
CREATE INDEX requests_finished_user ON requests (user_id, modified) WHERE state <> 0;
{past_guards})sql";

// A request is entered without the engine's looking its user and requester up once more: they were read, and neither is ever
// deleted. The helper's ids of requests begin with the time (RFC 9562 section 5.7), so that the index by them grows at its end,
// and a commit writes the pages there instead of one for each request.
constexpr const char* kRequestsByTime = "{requests_by_time}";

/// A piece of the version that it belongs to.
struct Step {
  std::int64_t version;
  const char* sql;
};

/// In this order.
constexpr std::array kSteps = {
    Step{1, kFirstVersion},   Step{2, kSecondVersion}, Step{3, kDirectoriesAndPolicies},
    Step{3, kRulesAndProofs}, Step{3, kEnrolments},    Step{3, kValidators},
    Step{3, kResetLinks},     Step{3, kFewerPages},    Step{3, kRetention},
    Step{3, kMemos},          Step{3, kPush},          Step{4, kVerification},
    Step{5, kPast},           Step{6, kRequestsByTime}};

std::string in_dialect(std::string_view text, const sql::Dialect& dialect) {
  const std::array<std::pair<std::string_view, std::string_view>, 10> words{
      {{"{integer}", dialect.integer},
       {"{bytes}", dialect.bytes},
       {"{serial}", dialect.serial},
       {"{table}", dialect.table},
       {"{keyed_table}", dialect.keyed_table},
       {"{guards}", dialect.guards},
       {"{forget_unique_user_names}", dialect.forget_unique_user_names},
       {"{retention_guards}", dialect.retention_guards},
       {"{past_guards}", dialect.past_guards},
       {"{requests_by_time}", dialect.requests_by_time}}};
  std::string sql(text);
  for (const auto& [word, meaning] : words) {
    for (auto at = sql.find(word); at != std::string::npos; at = sql.find(word, at + meaning.size()))
      sql.replace(at, word.size(), meaning);
  }
  return sql;
}

}  // namespace

void prepare_schema(sql::Connection& connection) {
  const std::int64_t version = connection.schema_version();
  const std::int64_t newest = kSteps.back().version;
  if (version > newest) {
    throw StoreError("the database is of version " + std::to_string(version) +
                     ", newer than this toopherd; install the toopherd that made it, or restore a backup");
  }
  if (version == newest) return;
  for (const Step& step : kSteps)
    if (step.version > version) connection.execute(in_dialect(step.sql, connection.dialect()));
  connection.set_schema_version(newest);
}

}  // namespace toopher::server
