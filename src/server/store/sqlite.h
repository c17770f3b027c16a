// SPDX-License-Identifier: Apache-2.0
// A thin, typed layer over the sqlite3 C API: handles that close themselves, statements prepared once.
#ifndef TOOPHER_SERVER_STORE_SQLITE_H
#define TOOPHER_SERVER_STORE_SQLITE_H

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "server/store/store.h"

namespace toopher::server::sqlite {

/// Bytes that are bound as BLOB; a plain string_view is bound as TEXT.
struct Blob {
  std::string_view bytes;
};

struct DatabaseDeleter {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct StatementDeleter {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

/// The rows of one running query. Ends the query when destroyed.
class Rows {
 public:
  explicit Rows(sqlite3_stmt* statement) : statement_(statement) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  ~Rows();

  /// False after the last row. Throws StoreError.
  bool next();
  // Columns of the current row, from 0.
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] bool boolean(int column) const { return integer(column) != 0; }

 private:
  sqlite3_stmt* statement_;
};

/// One connection; used by one thread.
class Database {
 public:
  /// Opens or creates `path` with WAL, synchronous=FULL and foreign keys. Throws StoreError.
  explicit Database(const std::string& path);

  [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

  /// Statements without parameters, one or more.
  void execute(const char* sql);

  /// `sql` must be a literal: its address is the key of the statement cache.
  template <typename... Values>
  Rows query(const char* sql, const Values&... values) {
    sqlite3_stmt* statement = prepared(sql);
    int index = 0;
    (bind(statement, ++index, values), ...);
    return Rows(statement);
  }

  /// Runs to the end; the number of rows changed.
  template <typename... Values>
  int change(const char* sql, const Values&... values) {
    Rows rows = query(sql, values...);
    while (rows.next()) {
    }
    return sqlite3_changes(handle_.get());
  }

 private:
  sqlite3_stmt* prepared(const char* sql);
  static void bind(sqlite3_stmt* statement, int index, std::int64_t value);
  static void bind(sqlite3_stmt* statement, int index, std::string_view value);
  static void bind(sqlite3_stmt* statement, int index, const Blob& value);

  std::unique_ptr<sqlite3, DatabaseDeleter> handle_;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, StatementDeleter>> statements_;
};

}  // namespace toopher::server::sqlite

#endif
