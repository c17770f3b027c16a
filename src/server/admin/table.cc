// SPDX-License-Identifier: Apache-2.0
#include "server/admin/table.h"

#include <wchar.h>

#include <algorithm>
#include <cstdio>

#include "api/objects.h"
#include "base/text.h"
#include "base/utf8.h"

namespace toopher::server::admin {

namespace {

constexpr std::size_t kMostOfCell = 64;  // characters
constexpr std::string_view kGap = "  ";

std::string cell_text(const std::string& text) {
  const std::string whole = sanitize_for_display(text, kMostOfCell + 1);
  const std::string cut = sanitize_for_display(text, kMostOfCell);
  if (whole.empty()) return "-";
  return cut == whole ? whole : sanitize_for_display(text, kMostOfCell - 1) + "\xE2\x80\xA6";
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const auto character = decode_utf8(text);
    // wcwidth knows letters only in a locale of UTF-8, which is the caller's to set; else each counts as one.
    const int width = character ? ::wcwidth(static_cast<wchar_t>(character->value)) : 1;
    columns += width < 0 ? 1U : static_cast<std::size_t>(width);
    text.remove_prefix(character ? character->length : 1);
  }
  return columns;
}

void Table::add(const std::vector<std::string>& cells) {
  std::vector<std::string>& row = rows_.emplace_back();
  for (const std::string& cell : cells) row.push_back(cell_text(cell));
}

void Table::print() {
  widths_.resize(header_.size());
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], columns_of(row[i]));
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths_[i] - columns_of(row[i]), ' ').append(kGap);
    }
    admin::print(line + "\n");
  }
  rows_.clear();
}

std::string shown(std::string_view text) {
  return sanitize_for_display(text);
}

std::string time_text(std::int64_t seconds) {
  if (seconds == 0) return "never";
  std::string text = api::api_time(seconds);
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text + " UTC";
}

std::string count_text(std::int64_t count, const char* one, const char* more) {
  return std::to_string(count) + " " + (count == 1 ? one : more);
}

void print(std::string_view text) {
  (void)std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace toopher::server::admin
