// SPDX-License-Identifier: Apache-2.0
#include "server/store/sqlite_connection.h"

#include <utility>

namespace toopher::server::sqlite {

namespace {

constexpr int kBusyMilliseconds = 5000;  // another process (toopherd --add-requester) may be writing

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
                                kForgetUniqueUserNames};

[[noreturn]] void fail(sqlite3* database, const std::string& what) {
  throw StoreError("database: " + what + ": " + sqlite3_errmsg(database));
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

void Statement::bind(std::span<const sql::Value> values, bool keep) {
  sqlite3_stmt* const statement = statement_.get();
  if (sqlite3_stmt_busy(statement) != 0) throw StoreError("database: a statement is used while it runs");
  const sqlite3_destructor_type lifetime = keep ? SQLITE_TRANSIENT : SQLITE_STATIC;
  int index = 0;
  for (const sql::Value& value : values) {
    ++index;
    int result = SQLITE_OK;
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      result = sqlite3_bind_int64(statement, index, *integer);
    } else if (const auto* text = std::get_if<std::string_view>(&value)) {
      result = sqlite3_bind_text64(statement, index, bytes_of(*text), text->size(), lifetime, SQLITE_UTF8);
    } else if (const auto* blob = std::get_if<sql::Blob>(&value)) {
      result = sqlite3_bind_blob64(statement, index, bytes_of(blob->bytes), blob->bytes.size(), lifetime);
    }
    if (result != SQLITE_OK) fail(sqlite3_db_handle(statement), "a value cannot be bound");
  }
}

Connection::Connection(const std::string& path) {
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
                    SQLITE_OPEN_EXRESCODE;
  const int result = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  handle_.reset(raw);
  if (result != SQLITE_OK) {
    throw StoreError("database " + path + " cannot be opened: " + sqlite3_errstr(result));
  }
  sqlite3_busy_timeout(raw, kBusyMilliseconds);
  execute(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
      "PRAGMA secure_delete=ON;");
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

bool Connection::changed_elsewhere() {
  const std::int64_t version = pragma("PRAGMA data_version");
  return std::exchange(data_version_, version) != version;
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
  statement.bind(values, true);
  return statement;
}

int Connection::run_change(const char* sql, std::span<const sql::Value> values) {
  Statement& statement = prepared(sql);
  statement.bind(values, false);
  const sql::Rows to_the_end(statement);
  while (statement.next()) {
  }
  return sqlite3_changes(handle_.get());
}

}  // namespace toopher::server::sqlite
