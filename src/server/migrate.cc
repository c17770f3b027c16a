// SPDX-License-Identifier: Apache-2.0
#include "server/migrate.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "crypto/hash.h"
#include "server/open_store.h"
#include "server/setup.h"
#include "server/store/postgres_connection.h"
#include "server/store/schema.h"
#include "server/store/sqlite_connection.h"
#include "server/store/sqlite_tables.h"
#include "server/store/transaction.h"

namespace toopher::server {

namespace {

// Millions of rows take as long as they take; others that make or change tables wait, as in PostgresStore.
constexpr const char* kBegin =
    "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '10min'; SET LOCAL "
    "idle_in_transaction_session_timeout = 0;"
    "SELECT pg_advisory_xact_lock(8390047159393022564)";

/// How many rows there are and what is in them, whatever their order.
class Digest {
 public:
  void add(std::string_view row) {
    ++rows_;
    const std::string hash = crypto::sha256(row);
    for (std::size_t i = 0; i < hash.size(); ++i) {
      std::uint64_t& sum = sums_[i / sizeof(std::uint64_t)];
      const auto byte = static_cast<std::uint64_t>(static_cast<unsigned char>(hash[i]));
      sum += byte << (8 * (i % sizeof(std::uint64_t)));
    }
  }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  bool operator==(const Digest&) const = default;

 private:
  std::uint64_t rows_ = 0;
  std::array<std::uint64_t, 4> sums_{};
};

std::string joined(const std::vector<std::string>& columns) {
  std::string text;
  for (const std::string& column : columns) text += (text.empty() ? "" : ", ") + column;
  return text;
}

void bring_up_to_date(const std::string& path) {
  sqlite::Connection connection(path);
  connection.execute("BEGIN IMMEDIATE");
  prepare_schema(connection);
  connection.execute("COMMIT");
}

/// Some tables are made with rows of their own; those of the file take their place.
void empty(postgres::Connection& target, const std::string& table) {
  target.execute("DO $$ BEGIN IF EXISTS (SELECT 1 FROM " + table + ") THEN DELETE FROM " + table +
                 "; END IF; END $$");
}

Digest copy(const sqlite::Tables& source, const sqlite::Table& table, postgres::Connection& target) try {
  Digest sent;
  empty(target, table.name);
  target.copy_in("COPY " + table.name + " (" + joined(table.columns) + ") FROM STDIN (FORMAT binary)",
                 [&](const postgres::Connection::TakeRow& put) {
                   source.each_row(table, [&](const std::string& row) {
                     sent.add(row);
                     put(row);
                   });
                 });
  return sent;
} catch (const StoreError& error) {
  throw StoreError("table " + table.name + " cannot be copied: " + error.what());
}

Digest read_back(const sqlite::Table& table, postgres::Connection& target) {
  Digest found;
  target.copy_out("COPY " + table.name + " (" + joined(table.columns) + ") TO STDOUT (FORMAT binary)",
                  [&found](std::string_view row) { found.add(row); });
  return found;
}

/// Rows that are made from now on come after those that were copied.
void continue_numbers(postgres::Connection& target) {
  target.execute(
      "DO $$ DECLARE place record; last bigint; BEGIN "
      "FOR place IN SELECT table_name AS tab, column_name AS col FROM information_schema.columns "
      "WHERE table_schema = current_schema() AND is_identity = 'YES' LOOP "
      "EXECUTE format('SELECT max(%I) FROM %I', place.col, place.tab) INTO last; "
      "IF last IS NOT NULL THEN PERFORM setval(pg_get_serial_sequence(quote_ident(place.tab), place.col), "
      "last); END IF; "
      "END LOOP; END $$");
}

postgres::Options options_of(const std::string& to, const std::string& password_file) try {
  ServerConfig config;
  config.database = to;
  config.database_password_file = password_file;
  return postgres_options(config);
} catch (const std::invalid_argument& error) {
  throw std::runtime_error(std::string("--to: ") + error.what());
}

void copy_all(const sqlite::Tables& source, postgres::Connection& target) {
  for (const sqlite::Table& table : source.in_order()) {
    const Digest sent = copy(source, table, target);
    if (read_back(table, target) != sent)
      throw StoreError("table " + table.name + " did not arrive as it was; nothing was kept");
    (void)std::printf("%s: %llu\n", table.name.c_str(), static_cast<unsigned long long>(sent.rows()));
  }
}

}  // namespace

void migrate(const ServerConfig& config, const std::string& to, const std::string& password_file) {
  if (postgres::Options::is_meant(config.database))
    throw std::runtime_error("the configuration names a PostgreSQL already");
  if (!postgres::Options::is_meant(to))
    throw std::runtime_error("--to must be postgresql://USER@HOST/DATABASE or service=NAME");
  if (::access(config.database.c_str(), F_OK) != 0)
    throw std::runtime_error("the database " + config.database + " cannot be found: " + error_text(errno));
  const postgres::Options options = options_of(to, password_file);
  const crypto::SealingKey key = load_sealing_key(config.key_file);
  { const sqlite::Tables nobody_uses_it(config.database); }
  bring_up_to_date(config.database);
  const sqlite::Tables source(config.database);
  postgres::Connection target(options);
  target.execute(kBegin);
  if (target.schema_version() != 0)
    throw StoreError(options.name() + " holds the tables of a toopherd already; name an empty database");
  prepare_schema(target);
  copy_all(source, target);
  continue_numbers(target);
  if (!Transaction(target, key).key_fits())
    throw StoreError("the key file " + config.key_file + " does not belong to the database " +
                     config.database);
  target.execute("COMMIT");
  target.execute("ANALYZE");
  (void)std::printf(
      "Everything has arrived. Write into the configuration of each instance, in place of its line "
      "database:\n"
      "database = %s\n",
      to.c_str());
  if (!password_file.empty())
    (void)std::printf("database-password-file = %s\n", absolute_path(password_file).c_str());
}

}  // namespace toopher::server
