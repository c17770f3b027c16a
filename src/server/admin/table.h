// SPDX-License-Identifier: Apache-2.0
// Text tables: a header, columns aligned, and nothing in a cell that a terminal could take for a command.
#ifndef TOOPHER_SERVER_ADMIN_TABLE_H
#define TOOPHER_SERVER_ADMIN_TABLE_H

#include <string>
#include <string_view>
#include <vector>

#include "server/store/records.h"

namespace toopher::server::admin {

class Table {
 public:
  explicit Table(std::vector<std::string> header) : header_(std::move(header)), rows_{header_} {}
  /// As many cells as the header has; each is made fit for a terminal, and shortened.
  void add(const std::vector<std::string>& cells);
  /// Prints it to standard output, and forgets the rows; the header is printed once.
  void print();
  /// Columns stay at least as wide as they were, so that pages printed one after another stay aligned.
 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> widths_;
};

/// Columns that `text` takes on a terminal.
std::size_t columns_of(std::string_view text);

/// Fit for a terminal.
std::string shown(std::string_view text);

/// `2026-11-25 18:30:00 UTC`, or `never` for 0.
std::string time_text(std::int64_t seconds);

/// `1 phone`, `2 phones`.
std::string count_text(std::int64_t count, const char* one, const char* more);

/// To standard output.
void print(std::string_view text);

}  // namespace toopher::server::admin

#endif
