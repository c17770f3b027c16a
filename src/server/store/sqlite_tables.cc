// SPDX-License-Identifier: Apache-2.0
#include "server/store/sqlite_tables.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>

namespace toopher::server::sqlite {

namespace {

void append_number(std::string& row, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    row += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU);
}

void append_field(std::string& row, sqlite3_stmt* statement, int column) {
  if (sqlite3_column_type(statement, column) == SQLITE_INTEGER) {
    append_number(row, 8, 4);
    append_number(row, static_cast<std::uint64_t>(sqlite3_column_int64(statement, column)), 8);
    return;
  }
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
  append_number(row, size, 4);
  if (size != 0) row.append(bytes, size);
}

}  // namespace

Tables::Tables(const std::string& path) {
  sqlite3* raw = nullptr;
  const int opened =
      sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, nullptr);
  handle_.reset(raw);
  if (opened != SQLITE_OK)
    throw StoreError("database " + path + " cannot be opened: " + sqlite3_errstr(opened));
  // Before the first access: then the whole file is locked, not its users' shared memory.
  const int locked =
      sqlite3_exec(raw, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", nullptr, nullptr, nullptr);
  if (locked == SQLITE_BUSY)
    throw StoreError("database " + path +
                     " is in use; stop toopherd first, and every other program that has it open");
  if (locked != SQLITE_OK) throw StoreError("database " + path + ": " + sqlite3_errmsg(raw));
}

std::unique_ptr<sqlite3_stmt, StatementDeleter> Tables::prepared(const std::string& sql) const {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &raw, nullptr) != SQLITE_OK)
    throw StoreError(std::string("database: a table cannot be read: ") + sqlite3_errmsg(handle_.get()));
  return std::unique_ptr<sqlite3_stmt, StatementDeleter>(raw);
}

std::vector<std::string> Tables::texts(const std::string& sql, int column) const {
  const auto statement = prepared(sql);
  std::vector<std::string> found;
  while (sqlite3_step(statement.get()) == SQLITE_ROW)
    found.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), column)));
  return found;
}

std::vector<Table> Tables::in_order() const {
  constexpr int kName = 1;    // of PRAGMA table_info
  constexpr int kParent = 2;  // of PRAGMA foreign_key_list
  std::vector<std::string> left = texts(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name", 0);
  std::vector<Table> ordered;
  std::set<std::string> done;
  while (!left.empty()) {
    const auto ready = [&](const std::string& name) {
      const auto parents = texts("PRAGMA foreign_key_list(" + name + ")", kParent);
      return std::all_of(parents.begin(), parents.end(),
                         [&](const std::string& parent) { return parent == name || done.contains(parent); });
    };
    const auto next = std::find_if(left.begin(), left.end(), ready);
    if (next == left.end()) throw StoreError("database: tables refer to each other in a circle");
    ordered.push_back({*next, texts("PRAGMA table_info(" + *next + ")", kName)});
    done.insert(*next);
    left.erase(next);
  }
  return ordered;
}

void Tables::each_row(const Table& table, const std::function<void(const std::string& row)>& take) const {
  std::string columns;
  for (const std::string& column : table.columns) columns += (columns.empty() ? "" : ", ") + column;
  const auto statement = prepared("SELECT " + columns + " FROM " + table.name);
  const int count = sqlite3_column_count(statement.get());
  std::string row;
  int result = SQLITE_ROW;
  while ((result = sqlite3_step(statement.get())) == SQLITE_ROW) {
    row.clear();
    append_number(row, static_cast<std::uint64_t>(count), 2);
    for (int column = 0; column < count; ++column) append_field(row, statement.get(), column);
    take(row);
  }
  if (result != SQLITE_DONE)
    throw StoreError("database: table " + table.name + " cannot be read: " + sqlite3_errmsg(handle_.get()));
}

}  // namespace toopher::server::sqlite
