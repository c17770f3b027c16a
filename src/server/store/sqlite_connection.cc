// SPDX-License-Identifier: Apache-2.0
#include "server/store/sqlite_connection.h"

#include <utility>

namespace toopher::server::sqlite {

namespace {

constexpr int kBusyMilliseconds = 5000;  // another process (toopherd --add-requester) may be writing

// cache_size in KiB: the pages that logins come by again and again, instead of reading them out of the kernel each time.
// wal_autocheckpoint in pages: a page that changes again and again goes back into the database once for many commits.
constexpr const char* kSettings =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
    "PRAGMA secure_delete=ON; PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=4000;"
    "PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON;";

// A constraint of a table is part of it: the table is made anew. Its rows are gone for a moment, and those that refer to
// them are looked at again at the commit.
constexpr const char* kForgetUniqueUserNames = R"sql(
PRAGMA defer_foreign_keys = ON;
CREATE TABLE users_before AS SELECT * FROM users;
DROP TABLE users;
CREATE TABLE users (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, enabled INTEGER NOT NULL, muted_until INTEGER NOT NULL,
  pushes_counted_from INTEGER NOT NULL, codes_locked_until INTEGER NOT NULL, codes_counted_from INTEGER NOT NULL,
  code_lockouts INTEGER NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL) STRICT;
INSERT INTO users SELECT * FROM users_before;
DROP TABLE users_before;
)sql";

// The references of a table are part of it, too. Of nonces the own part comes before the owner, in which those of one host are
// equal.
constexpr const char* kRequestsByTime = R"sql(
ALTER TABLE requests RENAME TO requests_before;
CREATE TABLE requests (
  id TEXT PRIMARY KEY, requester_id TEXT NOT NULL, user_id TEXT NOT NULL, pairing_id TEXT NOT NULL,
  client_request_id TEXT NOT NULL, fingerprint BLOB NOT NULL, push INTEGER NOT NULL,
  terminal_id TEXT NOT NULL, terminal_name TEXT NOT NULL, terminal_extra TEXT NOT NULL, terminal_created INTEGER NOT NULL,
  action_id TEXT NOT NULL, action_name TEXT NOT NULL, action_created INTEGER NOT NULL, metadata TEXT NOT NULL,
  number TEXT NOT NULL, automation_allowed INTEGER NOT NULL, state INTEGER NOT NULL, reason_code INTEGER NOT NULL,
  reason TEXT NOT NULL, totp_valid INTEGER NOT NULL, code_followed INTEGER NOT NULL, created INTEGER NOT NULL,
  modified INTEGER NOT NULL, expires INTEGER NOT NULL, rule_id TEXT NOT NULL) STRICT;
INSERT INTO requests SELECT * FROM requests_before;
DROP TABLE requests_before;
CREATE UNIQUE INDEX requests_client ON requests (client_request_id, requester_id) WHERE client_request_id <> '';
CREATE INDEX requests_pending_user ON requests (user_id) WHERE state = 0;
CREATE INDEX requests_pending ON requests (expires) WHERE state = 0;
CREATE INDEX requests_finished ON requests (modified) WHERE state <> 0;
CREATE INDEX requests_finished_user ON requests (user_id, modified) WHERE state <> 0;
CREATE TRIGGER requests_final BEFORE UPDATE OF state ON requests WHEN old.state <> 0
  BEGIN SELECT RAISE(ABORT, 'a final request never changes'); END;
ALTER TABLE nonces RENAME TO nonces_before;
CREATE TABLE nonces (
  expires INTEGER NOT NULL, nonce TEXT NOT NULL, owner TEXT NOT NULL, PRIMARY KEY (expires, nonce, owner)) STRICT, WITHOUT ROWID;
INSERT INTO nonces SELECT expires, nonce, owner FROM nonces_before;
DROP TABLE nonces_before;
)sql";

constexpr sql::Dialect kDialect{"INTEGER",
                                "BLOB",
                                "INTEGER PRIMARY KEY AUTOINCREMENT",
                                "STRICT",
                                "STRICT, WITHOUT ROWID",
                                R"sql(
CREATE TRIGGER requests_final BEFORE UPDATE OF state ON requests WHEN old.state <> 0
  BEGIN SELECT RAISE(ABORT, 'a final request never changes'); END;
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER decisions_keep BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER decisions_stay BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
)sql",
                                R"sql(
DROP TRIGGER audit_stays;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit
  WHEN old.at >= (SELECT horizon FROM retention WHERE what = 'audit')
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
DROP TRIGGER decisions_stay;
CREATE TRIGGER decisions_stay BEFORE DELETE ON decisions
  WHEN old.at >= (SELECT horizon FROM retention WHERE what = 'requests')
  BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
)sql",
                                R"sql(
DROP TRIGGER requests_final;
CREATE TRIGGER requests_final BEFORE UPDATE OF state ON requests WHEN old.state <> 0
  BEGIN SELECT RAISE(ABORT, 'a final request never changes'); END;
CREATE TRIGGER past_requests_keep BEFORE UPDATE ON past_requests
  BEGIN SELECT RAISE(ABORT, 'a final request never changes'); END;
)sql",
                                kRequestsByTime,
                                kForgetUniqueUserNames};

/// What a person does about it; nullptr if it is neither the disk's fault nor that of another program.
const char* remedy(int code) {
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return "the disk is full; make room, and toopherd goes on by itself";
    case SQLITE_IOERR:
      return "the disk does not read or write, or the file may not grow any more; look into the kernel's log "
             "and at "
             "the limits of the service, or make room";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return "the file or its directory cannot be written; give both to the user that runs toopherd";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "the file is damaged; stop toopherd and restore a backup";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program has been writing for seconds; end it";
    default:
      return nullptr;
  }
}

[[noreturn]] void fail(sqlite3* database, const std::string& what) {
  const char* path = sqlite3_db_filename(database, "main");
  const std::string text =
      "database " + std::string(path == nullptr ? "" : path) + ": " + what + ": " + sqlite3_errmsg(database);
  const char* const known = remedy(sqlite3_extended_errcode(database));
  if (known != nullptr) throw StoreUnavailable(text + ": " + known);
  throw StoreError(text);
}

/// The library's account of its memory is for nobody here, and costs a lock at each allocation. Heard only before the
/// library's first use.
void keep_no_account() {
  static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)done;
}

/// An empty view may hold a null pointer, which SQLite would take as NULL.
const char* bytes_of(std::string_view view) {
  return view.empty() ? "" : view.data();
}

}  // namespace

bool Statement::next() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  fail(sqlite3_db_handle(statement_.get()), "a statement failed");
}

std::string_view Statement::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? std::string_view() : std::string_view(bytes, static_cast<std::size_t>(size));
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

void Statement::close() noexcept {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

void Statement::bind(std::span<const sql::Value> values) {
  sqlite3_stmt* const statement = statement_.get();
  if (sqlite3_stmt_busy(statement) != 0) throw StoreError("database: a statement is used while it runs");
  int index = 0;
  for (const sql::Value& value : values) {
    ++index;
    int result = SQLITE_OK;
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      result = sqlite3_bind_int64(statement, index, *integer);
    } else if (const auto* text = std::get_if<std::string_view>(&value)) {
      result =
          sqlite3_bind_text64(statement, index, bytes_of(*text), text->size(), SQLITE_STATIC, SQLITE_UTF8);
    } else if (const auto* blob = std::get_if<sql::Blob>(&value)) {
      result =
          sqlite3_bind_blob64(statement, index, bytes_of(blob->bytes), blob->bytes.size(), SQLITE_STATIC);
    }
    if (result != SQLITE_OK) fail(sqlite3_db_handle(statement), "a value cannot be bound");
  }
}

Connection::Connection(const std::string& path) {
  keep_no_account();
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
                    SQLITE_OPEN_EXRESCODE;
  const int result = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  handle_.reset(raw);
  if (result != SQLITE_OK) {
    const char* const known = remedy(result);
    throw StoreError("database " + path + " cannot be opened: " + sqlite3_errstr(result) +
                     (known == nullptr ? "" : std::string(": ") + known));
  }
  sqlite3_busy_timeout(raw, kBusyMilliseconds);
  // Without it the planner looks at values where an index has a condition, and plans again for each new value.
  if (sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_QPSG, 1, nullptr) != SQLITE_OK)
    fail(raw, "the planner cannot be set");
  execute(kSettings);
}

void Connection::execute(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    fail(handle_.get(), "a statement failed");
  }
}

const sql::Dialect& Connection::dialect() const {
  return kDialect;
}

std::int64_t Connection::pragma(const char* sql) {
  sql::Rows rows = query(sql);
  return rows.next() ? rows.integer(0) : 0;
}

std::int64_t Connection::schema_version() {
  return pragma("PRAGMA user_version");
}

void Connection::set_schema_version(std::int64_t version) {
  execute("PRAGMA user_version = " + std::to_string(version));
}

void Connection::require_in_place() {
  int moved = 0;
  if (sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK || moved == 0)
    return;
  throw StoreUnavailable(
      "database " + std::string(sqlite3_db_filename(handle_.get(), "main")) +
      " is gone, or another file is in its place; put it back with its -wal file and start "
      "toopherd again");
}

bool Connection::changed_by_others() {
  const std::int64_t version = pragma("PRAGMA data_version");
  const bool changed = std::exchange(data_version_, version) != version;
  changed_ = changed_ || changed;
  return changed;
}

bool Connection::changed_elsewhere() {
  changed_by_others();
  return std::exchange(changed_, false);
}

Statement& Connection::prepared(const char* sql) {
  const auto known = statements_.find(sql);
  if (known != statements_.end()) return known->second;
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr) != SQLITE_OK) {
    fail(handle_.get(), "a statement cannot be prepared");
  }
  return statements_.try_emplace(sql, raw).first->second;
}

sql::Cursor& Connection::run(const char* sql, std::span<const sql::Value> values) {
  Statement& statement = prepared(sql);
  statement.bind(values);
  return statement;
}

int Connection::run_change(const char* sql, std::span<const sql::Value> values) {
  Statement& statement = prepared(sql);
  statement.bind(values);
  const sql::Rows to_the_end(statement);
  while (statement.next()) {
  }
  return sqlite3_changes(handle_.get());
}

}  // namespace toopher::server::sqlite
