// SPDX-License-Identifier: Apache-2.0
#include "server/store/sqlite.h"

namespace toopher::server::sqlite {

namespace {

constexpr int kBusyMilliseconds = 5000;  // another process (toopherd --add-requester) may be writing

[[noreturn]] void fail(sqlite3* database, const std::string& what) {
  throw StoreError("database: " + what + ": " + sqlite3_errmsg(database));
}

void check(int result, sqlite3_stmt* statement, const char* what) {
  if (result != SQLITE_OK) fail(sqlite3_db_handle(statement), what);
}

}  // namespace

Rows::~Rows() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Rows::next() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  fail(sqlite3_db_handle(statement_), "a statement failed");
}

std::string Rows::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

std::int64_t Rows::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

Database::Database(const std::string& path) {
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

void Database::execute(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    fail(handle_.get(), "a statement failed");
  }
}

sqlite3_stmt* Database::prepared(const char* sql) {
  auto& statement = statements_[sql];
  if (!statement) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr) != SQLITE_OK) {
      fail(handle_.get(), "a statement cannot be prepared");
    }
    statement.reset(raw);
  }
  if (sqlite3_stmt_busy(statement.get()) != 0)
    throw StoreError("database: a statement is used while it runs");
  return statement.get();
}

void Database::bind(sqlite3_stmt* statement, int index, std::int64_t value) {
  check(sqlite3_bind_int64(statement, index, value), statement, "a value cannot be bound");
}

void Database::bind(sqlite3_stmt* statement, int index, std::string_view value) {
  // An empty view may hold a null pointer, which SQLite would take as NULL.
  const char* text = value.empty() ? "" : value.data();
  check(sqlite3_bind_text64(statement, index, text, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8), statement,
        "a value cannot be bound");
}

void Database::bind(sqlite3_stmt* statement, int index, const Blob& value) {
  const char* bytes = value.bytes.empty() ? "" : value.bytes.data();
  check(sqlite3_bind_blob64(statement, index, bytes, value.bytes.size(), SQLITE_TRANSIENT), statement,
        "a value cannot be bound");
}

}  // namespace toopher::server::sqlite
