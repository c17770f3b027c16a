// SPDX-License-Identifier: Apache-2.0
// Rows into records, and what a sealed column is called.
#ifndef TOOPHER_SERVER_STORE_SQL_ROWS_H
#define TOOPHER_SERVER_STORE_SQL_ROWS_H

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "server/store/sql.h"

namespace toopher::server {

/// What `reader` makes of the first row, if there is one.
template <typename Reader>
auto first(sql::Rows rows, Reader reader) -> std::optional<decltype(reader(rows))> {
  if (!rows.next()) return std::nullopt;
  return reader(rows);
}

template <typename Reader>
auto all(sql::Rows rows, Reader reader) -> std::vector<decltype(reader(rows))> {
  std::vector<decltype(reader(rows))> found;
  while (rows.next()) found.push_back(reader(rows));
  return found;
}

/// By creation, then id. For the few rows that one user has: to SQLite sorting costs more than finding them.
template <typename Record>
std::vector<Record> oldest_first(std::vector<Record> records) {
  std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) {
    return std::tie(a.created, a.id) < std::tie(b.created, b.id);
  });
  return records;
}

/// The number in the one row of a `SELECT count(*)`.
inline int count(sql::Rows rows) {
  return rows.next() ? static_cast<int>(rows.integer(0)) : 0;
}

/// What a secret is bound to when it is sealed: moved to another row or column it cannot be opened.
inline std::string sealed_context(std::string_view column, std::string_view id) {
  return std::string(column) + ":" + std::string(id);
}

}  // namespace toopher::server

#endif
