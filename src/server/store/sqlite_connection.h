// SPDX-License-Identifier: Apache-2.0
// SQLite as an engine: a thin layer over the sqlite3 C API, with statements that are prepared once.
#ifndef TOOPHER_SERVER_STORE_SQLITE_CONNECTION_H
#define TOOPHER_SERVER_STORE_SQLITE_CONNECTION_H

#include <sqlite3.h>

#include <memory>
#include <string>
#include <unordered_map>

#include "server/store/sql.h"

namespace toopher::server::sqlite {

struct DatabaseDeleter {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct StatementDeleter {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

/// A prepared statement, and the rows of its query.
class Statement final : public sql::Cursor {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  bool next() override;
  [[nodiscard]] std::string_view text(int column) const override;
  [[nodiscard]] std::int64_t integer(int column) const override;
  void close() noexcept override;

  /// Throws StoreError if its query still runs. The values must be there until it is closed.
  void bind(std::span<const sql::Value> values);

 private:
  std::unique_ptr<sqlite3_stmt, StatementDeleter> statement_;
};

class Connection final : public sql::Connection {
 public:
  /// Opens or creates `path` with WAL, synchronous=FULL and foreign keys. Throws StoreError.
  explicit Connection(const std::string& path);

  /// Throws StoreUnavailable if the file is no longer where it was opened: what is written into it would be lost.
  void require_in_place();
  /// Whether another connection has committed since the last call.
  bool changed_by_others();
  [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

  void execute(const std::string& sql) override;
  [[nodiscard]] const sql::Dialect& dialect() const override;
  std::int64_t schema_version() override;
  void set_schema_version(std::int64_t version) override;
  bool changed_elsewhere() override;
  bool try_alone(std::int64_t) override { return true; }  // one transaction at a time anyway

 protected:
  sql::Cursor& run(const char* sql, std::span<const sql::Value> values) override;
  int run_change(const char* sql, std::span<const sql::Value> values) override;
  void run_post(const char* sql, std::span<const sql::Value> values) override {
    (void)run_change(sql, values);
  }

 private:
  Statement& prepared(const char* sql);
  std::int64_t pragma(const char* sql);

  std::unique_ptr<sqlite3, DatabaseDeleter> handle_;
  std::unordered_map<const char*, Statement> statements_;
  std::int64_t data_version_ = 0;
  bool changed_ = true;  ///< as changed_elsewhere() has not told yet
};

}  // namespace toopher::server::sqlite

#endif
