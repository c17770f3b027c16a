// SPDX-License-Identifier: Apache-2.0
// The tables of an SQLite database, read as they are and by nobody else meanwhile.
#ifndef TOOPHER_SERVER_STORE_SQLITE_TABLES_H
#define TOOPHER_SERVER_STORE_SQLITE_TABLES_H

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/store/sqlite_connection.h"

namespace toopher::server::sqlite {

struct Table {
  std::string name;
  std::vector<std::string> columns;
};

/// Excludes every other program for as long as it lives.
class Tables {
 public:
  /// Throws StoreError, also while another program has the file open.
  explicit Tables(const std::string& path);

  /// A table comes after those that its rows refer to.
  [[nodiscard]] std::vector<Table> in_order() const;

  /// The rows in the binary form that PostgreSQL's COPY has for one (its manual, COPY, File Formats). A chunk is good until
  /// the function returns.
  void each_row(const Table& table, const std::function<void(const std::string& row)>& take) const;

 private:
  [[nodiscard]] std::unique_ptr<sqlite3_stmt, StatementDeleter> prepared(const std::string& sql) const;
  [[nodiscard]] std::vector<std::string> texts(const std::string& sql, int column) const;

  std::unique_ptr<sqlite3, DatabaseDeleter> handle_;
};

}  // namespace toopher::server::sqlite

#endif
