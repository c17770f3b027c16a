// SPDX-License-Identifier: Apache-2.0
#include "server/store/schema.h"

namespace toopher::server::sqlite {

namespace {

constexpr std::int64_t kVersion = 2;

// Ids are UUIDs as text, times milliseconds since 1970; "" and 0 stand for "none". Sealed columns hold AES-256-GCM.
constexpr const char* kTables = R"sql(
CREATE TABLE requesters (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, consumer_key TEXT NOT NULL UNIQUE, sealed_secret BLOB NOT NULL,
  scopes INTEGER NOT NULL, created INTEGER NOT NULL) STRICT;
CREATE TABLE nonces (
  owner TEXT NOT NULL, nonce TEXT NOT NULL, expires INTEGER NOT NULL, PRIMARY KEY (owner, nonce)) STRICT, WITHOUT ROWID;
CREATE INDEX nonces_expire ON nonces (expires);
CREATE TABLE users (
  id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, enabled INTEGER NOT NULL, muted_until INTEGER NOT NULL,
  pushes_counted_from INTEGER NOT NULL, codes_locked_until INTEGER NOT NULL, codes_counted_from INTEGER NOT NULL,
  code_lockouts INTEGER NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL) STRICT;
CREATE TABLE devices (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, platform TEXT NOT NULL, signing_key BLOB NOT NULL,
  agreement_key BLOB NOT NULL, created INTEGER NOT NULL) STRICT;
CREATE INDEX devices_created ON devices (created);
CREATE TABLE phrases (
  device_id TEXT PRIMARY KEY REFERENCES devices ON DELETE CASCADE, phrase TEXT NOT NULL UNIQUE,
  expires INTEGER NOT NULL) STRICT;
CREATE TABLE pairings (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users, requester_id TEXT NOT NULL REFERENCES requesters,
  device_id TEXT NOT NULL REFERENCES devices, state INTEGER NOT NULL, further_allowed INTEGER NOT NULL,
  server_point BLOB NOT NULL, sealed_agreement_key BLOB NOT NULL, sealed_seed BLOB NOT NULL, last_step INTEGER NOT NULL,
  created INTEGER NOT NULL, modified INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT;
CREATE INDEX pairings_user ON pairings (user_id);
CREATE INDEX pairings_device ON pairings (device_id);
CREATE INDEX pairings_pending ON pairings (expires) WHERE state = 0;
CREATE TABLE terminals (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users, name TEXT NOT NULL, extra TEXT NOT NULL,
  created INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX terminals_extra ON terminals (user_id, extra) WHERE extra <> '';
CREATE UNIQUE INDEX terminals_name ON terminals (user_id, name) WHERE extra = '';
CREATE TABLE actions (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created INTEGER NOT NULL) STRICT;
CREATE TABLE requests (
  id TEXT PRIMARY KEY, requester_id TEXT NOT NULL REFERENCES requesters, user_id TEXT NOT NULL REFERENCES users,
  pairing_id TEXT NOT NULL, client_request_id TEXT NOT NULL, fingerprint BLOB NOT NULL, push INTEGER NOT NULL,
  terminal_id TEXT NOT NULL, terminal_name TEXT NOT NULL, terminal_extra TEXT NOT NULL, terminal_created INTEGER NOT NULL,
  action_id TEXT NOT NULL, action_name TEXT NOT NULL, action_created INTEGER NOT NULL, metadata TEXT NOT NULL,
  number TEXT NOT NULL, automation_allowed INTEGER NOT NULL, state INTEGER NOT NULL, reason_code INTEGER NOT NULL,
  reason TEXT NOT NULL, totp_valid INTEGER NOT NULL, code_followed INTEGER NOT NULL, created INTEGER NOT NULL,
  modified INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX requests_client ON requests (requester_id, client_request_id) WHERE client_request_id <> '';
CREATE INDEX requests_pending_user ON requests (user_id) WHERE state = 0;
CREATE INDEX requests_pending ON requests (expires) WHERE state = 0;
CREATE INDEX requests_user ON requests (user_id, modified);
CREATE TRIGGER requests_final BEFORE UPDATE OF state ON requests WHEN old.state <> 0
  BEGIN SELECT RAISE(ABORT, 'a final request never changes'); END;
CREATE TABLE decisions (
  number_in_order INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL, pairing_id TEXT NOT NULL,
  device_id TEXT NOT NULL, shown TEXT NOT NULL, choice TEXT NOT NULL, number TEXT NOT NULL, signature BLOB NOT NULL,
  at INTEGER NOT NULL) STRICT;
CREATE TABLE tries (kind TEXT NOT NULL, owner TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX tries_owner ON tries (kind, owner, at);
CREATE INDEX tries_at ON tries (at);
CREATE TABLE audit (
  number_in_order INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, event TEXT NOT NULL, fields TEXT NOT NULL) STRICT;
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER decisions_keep BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER decisions_stay BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
PRAGMA user_version = 1;
)sql";

constexpr const char* kSecondVersion = R"sql(
CREATE TABLE recovery_lists (
  user_id TEXT PRIMARY KEY REFERENCES users, sealed_salt BLOB NOT NULL, created INTEGER NOT NULL) STRICT;
CREATE TABLE recovery_codes (
  user_id TEXT NOT NULL REFERENCES recovery_lists ON DELETE CASCADE, hash BLOB NOT NULL, used INTEGER NOT NULL,
  PRIMARY KEY (user_id, hash)) STRICT, WITHOUT ROWID;
CREATE TABLE authorizations (request_id TEXT PRIMARY KEY REFERENCES requests, used INTEGER NOT NULL) STRICT;
PRAGMA user_version = 2;
)sql";

std::int64_t version_of(Database& database) {
  Rows rows = database.query("PRAGMA user_version");
  return rows.next() ? rows.integer(0) : 0;
}

}  // namespace

void prepare_schema(Database& database) {
  database.execute("BEGIN IMMEDIATE");
  const std::int64_t version = version_of(database);
  if (version > kVersion) {
    throw StoreError("the database is of version " + std::to_string(version) +
                     ", newer than this toopherd; install the toopherd that made it, or restore a backup");
  }
  if (version < 1) database.execute(kTables);
  if (version < 2) database.execute(kSecondVersion);
  database.execute("COMMIT");
}

}  // namespace toopher::server::sqlite
