// SPDX-License-Identifier: Apache-2.0
// OATH validators.
#include "server/store/sql_rows.h"
#include "server/store/transaction.h"

namespace toopher::server {

using sql::Blob;
using sql::Rows;

namespace {

constexpr std::string_view kSeed = "validators.seed";

#define VALIDATOR_COLUMNS                                                                      \
  "SELECT id, requester_id, requester_specified_id, user_id, event_based, digits, algorithm, " \
  "step_seconds, next_counter, drift, active, created, modified FROM validators "

Validator read_validator(const Rows& row) {
  Validator validator;
  validator.id = row.text(0);
  validator.requester_id = row.text(1);
  validator.requester_specified_id = row.text(2);
  validator.user_id = row.text(3);
  validator.event_based = row.boolean(4);
  validator.digits = static_cast<int>(row.integer(5));
  validator.algorithm = row.text(6);
  validator.step_seconds = static_cast<int>(row.integer(7));
  validator.next_counter = row.integer(8);
  validator.drift = row.integer(9);
  validator.active = row.boolean(10);
  validator.created = row.integer(11);
  validator.modified = row.integer(12);
  return validator;
}

}  // namespace

std::optional<Validator> Transaction::validator_by_id(std::string_view id) {
  return first(db_.query(VALIDATOR_COLUMNS "WHERE id = ?", id), read_validator);
}

std::optional<Validator> Transaction::validator_by_name(std::string_view requester_id,
                                                        std::string_view requester_specified_id) {
  return first(db_.query(VALIDATOR_COLUMNS "WHERE requester_id = ? AND requester_specified_id = ? "
                                           "AND requester_specified_id <> '' AND active = 1",
                         requester_id, requester_specified_id),
               read_validator);
}

std::optional<Validator> Transaction::validator_by_seed(std::string_view seed_digest) {
  return first(db_.query(VALIDATOR_COLUMNS "WHERE seed_digest = ?", Blob{seed_digest}), read_validator);
}

std::vector<Validator> Transaction::validators_of_user(std::string_view user_id) {
  return all(
      db_.query(VALIDATOR_COLUMNS "WHERE user_id = ? AND user_id <> '' AND active = 1 ORDER BY created, id",
                user_id),
      read_validator);
}

bool Transaction::has_validator(std::string_view user_id) {
  return db_
      .query("SELECT 1 FROM validators WHERE user_id = ? AND user_id <> '' AND active = 1 LIMIT 1", user_id)
      .next();
}

void Transaction::insert_validator(const Validator& validator, const Secret& seed,
                                   std::string_view seed_digest) {
  const std::string sealed = key_.seal(seed.view(), sealed_context(kSeed, validator.id));
  db_.post("INSERT INTO validators VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", validator.id,
           validator.requester_id, validator.requester_specified_id, validator.user_id, validator.event_based,
           validator.digits, validator.algorithm, validator.step_seconds, Blob{sealed}, Blob{seed_digest},
           validator.next_counter, validator.drift, validator.active, validator.created, validator.modified);
}

void Transaction::reopen_validator(const Validator& validator, const Secret& seed) {
  const std::string sealed = key_.seal(seed.view(), sealed_context(kSeed, validator.id));
  db_.post(
      "UPDATE validators SET requester_specified_id = ?, user_id = ?, event_based = ?, digits = ?, "
      "algorithm = ?, step_seconds = ?, sealed_seed = ?, active = 1, modified = ? WHERE id = ?",
      validator.requester_specified_id, validator.user_id, validator.event_based, validator.digits,
      validator.algorithm, validator.step_seconds, Blob{sealed}, validator.modified, validator.id);
}

void Transaction::close_validator(std::string_view id, Millis now) {
  db_.post("UPDATE validators SET active = 0, user_id = '', sealed_seed = ?, modified = ? WHERE id = ?",
           Blob{}, now, id);
}

void Transaction::associate_validator(std::string_view id, std::string_view user_id, Millis now) {
  db_.post("UPDATE validators SET user_id = ?, modified = ? WHERE id = ?", user_id, now, id);
}

Secret Transaction::validator_seed(std::string_view id) {
  Rows rows = db_.query("SELECT sealed_seed FROM validators WHERE id = ?", id);
  if (!rows.next()) throw StoreError("database: a validator vanished");
  return opened(rows.text(0), kSeed, id);
}

bool Transaction::accept_counter(std::string_view validator_id, std::int64_t counter) {
  return db_.change(
             "UPDATE validators SET next_counter = ? WHERE id = ? AND active = 1 AND next_counter <= ?",
             counter + 1, validator_id, counter) == 1;
}

bool Transaction::resync_validator(std::string_view id, std::int64_t counter, std::int64_t drift,
                                   Millis now) {
  return db_.change(
             "UPDATE validators SET next_counter = ?, drift = ?, modified = ? "
             "WHERE id = ? AND active = 1 AND next_counter <= ?",
             counter + 1, drift, now, id, counter) == 1;
}

}  // namespace toopher::server
