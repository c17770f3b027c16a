// SPDX-License-Identifier: Apache-2.0
// Automation rules.
#include "server/store/sql_rows.h"
#include "server/store/transaction.h"

namespace toopher::server {

using sql::Rows;

namespace {

#define RULE_COLUMNS                                                                                        \
  "SELECT id, user_id, requester_id, pairing_id, request_id, terminal_id, terminal_name, action, created, " \
  "expires, ended FROM automation_rules "

AutomationRule read_rule(const Rows& row) {
  return {row.text(0), row.text(1), row.text(2),    row.text(3),    row.text(4),    row.text(5),
          row.text(6), row.text(7), row.integer(8), row.integer(9), row.integer(10)};
}

}  // namespace

void Transaction::insert_rule(const AutomationRule& rule) {
  db_.post("INSERT INTO automation_rules VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rule.id, rule.user_id,
           rule.requester_id, rule.pairing_id, rule.request_id, rule.terminal_id, rule.terminal_name,
           rule.action, rule.created, rule.expires, rule.ended);
}

std::optional<AutomationRule> Transaction::rule_by_id(std::string_view id) {
  return first(db_.query(RULE_COLUMNS "WHERE id = ?", id), read_rule);
}

std::optional<AutomationRule> Transaction::rule_for(std::string_view user_id, std::string_view requester_id,
                                                    std::string_view terminal_id, std::string_view action) {
  return first(
      db_.query(RULE_COLUMNS
                "WHERE user_id = ? AND requester_id = ? AND terminal_id = ? AND action = ? AND ended "
                "= 0",
                user_id, requester_id, terminal_id, action),
      read_rule);
}

std::vector<AutomationRule> Transaction::rules_of_user(std::string_view user_id) {
  return all(db_.query(RULE_COLUMNS "WHERE user_id = ? AND ended = 0 ORDER BY created, id", user_id),
             read_rule);
}

std::vector<AutomationRule> Transaction::rules_of_requester(std::string_view requester_id) {
  return all(
      db_.query(RULE_COLUMNS "WHERE requester_id = ? AND ended = 0 ORDER BY created, id", requester_id),
      read_rule);
}

std::vector<AutomationRule> Transaction::overdue_rules(Millis now) {
  return all(db_.query(RULE_COLUMNS "WHERE ended = 0 AND expires <= ? ORDER BY created, id", now), read_rule);
}

bool Transaction::end_rule(std::string_view id, Millis now) {
  return db_.change("UPDATE automation_rules SET ended = ? WHERE id = ? AND ended = 0", now, id) == 1;
}

}  // namespace toopher::server
