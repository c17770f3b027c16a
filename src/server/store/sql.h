// SPDX-License-Identifier: Apache-2.0
// The border to a database engine: statements with values, rows with columns. Everything above is written once, in SQL
// that each engine understands.
#ifndef TOOPHER_SERVER_STORE_SQL_H
#define TOOPHER_SERVER_STORE_SQL_H

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "server/store/store_error.h"

namespace toopher::server::sql {

/// Bytes that are no text.
struct Blob {
  std::string_view bytes;
};

/// What is put in the place of a `?`. Points at the caller's bytes.
using Value = std::variant<std::int64_t, std::string_view, Blob>;

/// The rows of one running query, as the engine has them.
class Cursor {
 public:
  Cursor() = default;
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  virtual ~Cursor() = default;

  /// False after the last row. Throws StoreError.
  virtual bool next() = 0;
  // Columns of the current row, from 0; a view is good until next() or close().
  [[nodiscard]] virtual std::string_view text(int column) const = 0;
  [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
  /// The rows that are left are not wanted.
  virtual void close() noexcept = 0;
};

/// Ends its query when destroyed.
class Rows {
 public:
  explicit Rows(Cursor& cursor) : cursor_(&cursor) {}
  Rows(Rows&& other) noexcept : cursor_(std::exchange(other.cursor_, nullptr)) {}
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  Rows& operator=(Rows&&) = delete;
  ~Rows() {
    if (cursor_ != nullptr) cursor_->close();
  }

  /// False after the last row. Throws StoreError.
  bool next() { return cursor_->next(); }
  // Columns of the current row, from 0.
  [[nodiscard]] std::string text(int column) const { return std::string(cursor_->text(column)); }
  [[nodiscard]] std::int64_t integer(int column) const { return cursor_->integer(column); }
  [[nodiscard]] bool boolean(int column) const { return integer(column) != 0; }

 private:
  Cursor* cursor_;
};

/// What a database server says of itself and of the toopherds that are connected.
struct ServerFacts {
  struct Instance {
    std::string name;        ///< of its machine, and what tells it from others there
    std::string address;     ///< as the database server sees it; empty: a local socket
    std::int64_t since = 0;  ///< seconds since 1970, of its oldest connection
    std::int64_t connections = 0;
  };
  std::vector<std::pair<std::string, std::string>>
      settings;          ///< as its configuration has them, by its own names
  std::int64_t now = 0;  ///< its clock: milliseconds since 1970
  std::vector<Instance> instances;
};

/// What an engine calls things, for the statements that make tables (schema.cc).
struct Dialect {
  std::string_view integer;      ///< a column of 64 bits
  std::string_view bytes;        ///< a column of Blob
  std::string_view serial;       ///< a column that counts rows by itself, and is the primary key
  std::string_view table;        ///< the end of a table
  std::string_view keyed_table;  ///< the end of a table that is always looked up by its primary key
  std::string_view guards;       ///< triggers that keep final and append-only rows as they are
  std::string_view
      retention_guards;  ///< instead: append-only but for what is older than the table retention says
  std::string_view
      past_guards;  ///< of past_requests, which was requests until now, and of the table that is so now
  std::string_view
      requests_by_time;  ///< requests refer to no table, and the clients' ids come first in their index
  /// Statements after which users.name is no longer unique by itself.
  std::string_view forget_unique_user_names = "ALTER TABLE users DROP CONSTRAINT users_name_key;";
};

/// One connection; used by one thread. `sql` is always a literal with `?` for each value: its address is the key under
/// which an engine keeps what it prepared. All throw StoreError.
class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  /// One query at a time of each statement: its Rows must go before it is asked again, and before the values do.
  template <typename... Values>
  Rows query(const char* sql, Values&&... values) {
    static_assert((!std::is_same_v<Values, std::string> && ...),
                  "a temporary text would be gone before the rows are read");
    const std::array<Value, sizeof...(Values)> all{value_of(values)...};
    return Rows(run(sql, all));
  }

  /// The number of rows changed.
  template <typename... Values>
  int change(const char* sql, const Values&... values) {
    const std::array<Value, sizeof...(Values)> all{value_of(values)...};
    return run_change(sql, all);
  }

  /// A change of which nobody wants to know the number: an engine may send it later, in order, before the next answer or
  /// the commit, and what goes wrong with it is thrown there.
  template <typename... Values>
  void post(const char* sql, const Values&... values) {
    const std::array<Value, sizeof...(Values)> all{value_of(values)...};
    run_post(sql, all);
  }

  /// Statements without values, one or more; not kept.
  virtual void execute(const std::string& sql) = 0;

  [[nodiscard]] virtual const Dialect& dialect() const = 0;
  /// 0 in an empty database.
  virtual std::int64_t schema_version() = 0;
  virtual void set_schema_version(std::int64_t version) = 0;
  /// Whether another program has changed the database since the last call, or may have (the first). Always false where
  /// the engine tells by itself.
  virtual bool changed_elsewhere() = 0;
  /// Nothing where the engine is a part of this process.
  virtual std::optional<ServerFacts> server_facts() { return std::nullopt; }
  /// Whether no other transaction of any instance has got this number; it is given back at the end of this one.
  virtual bool try_alone(std::int64_t number) = 0;

 protected:
  virtual Cursor& run(const char* sql, std::span<const Value> values) = 0;
  virtual int run_change(const char* sql, std::span<const Value> values) = 0;
  virtual void run_post(const char* sql, std::span<const Value> values) = 0;

 private:
  static Value value_of(const Blob& value) { return value; }
  template <typename Integer>
  requires std::is_integral_v<Integer> || std::is_enum_v<Integer>
  static Value value_of(Integer value) { return static_cast<std::int64_t>(value); }
  template <typename Text>
  requires std::is_convertible_v<const Text&, std::string_view>
  static Value value_of(const Text& value) { return std::string_view(value); }
};

}  // namespace toopher::server::sql

#endif
