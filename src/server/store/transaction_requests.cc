// SPDX-License-Identifier: Apache-2.0
// Authentication requests, with what they name and what was decided.
#include "server/store/sql_rows.h"
#include "server/store/transaction.h"

namespace toopher::server {

using sql::Blob;
using sql::Rows;

namespace {

#define TERMINAL_COLUMNS "SELECT id, user_id, name, extra, created FROM terminals "

Terminal read_terminal(const Rows& row) {
  return {row.text(0), row.text(1), row.text(2), row.text(3), row.integer(4)};
}

#define REQUEST_COLUMNS                                                                                    \
  "SELECT id, requester_id, user_id, pairing_id, client_request_id, fingerprint, push, terminal_id, "      \
  "terminal_name, terminal_extra, terminal_created, action_id, action_name, action_created, metadata, "    \
  "number, automation_allowed, state, reason_code, reason, totp_valid, code_followed, created, modified, " \
  "expires, rule_id "

AuthenticationRequest read_request(const Rows& row) {
  AuthenticationRequest request;
  request.id = row.text(0);
  request.requester_id = row.text(1);
  request.user_id = row.text(2);
  request.pairing_id = row.text(3);
  request.client_request_id = row.text(4);
  request.fingerprint = row.text(5);
  request.push = row.boolean(6);
  request.terminal = {row.text(7), row.text(2), row.text(8), row.text(9), row.integer(10)};
  request.action = {row.text(11), row.text(12), row.integer(13)};
  request.metadata = row.text(14);
  request.number = row.text(15);
  request.automation_allowed = row.boolean(16);
  request.state = static_cast<RequestState>(row.integer(17));
  request.reason_code = static_cast<int>(row.integer(18));
  request.reason = row.text(19);
  request.totp_valid = row.boolean(20);
  request.code_followed = row.boolean(21);
  request.created = row.integer(22);
  request.modified = row.integer(23);
  request.expires = row.integer(24);
  request.rule_id = row.text(25);
  return request;
}

}  // namespace

std::optional<Terminal> Transaction::terminal_by_id(std::string_view id) {
  return first(db_.query(TERMINAL_COLUMNS "WHERE id = ?", id), read_terminal);
}

std::optional<Terminal> Transaction::terminal_by_extra(std::string_view user_id, std::string_view extra) {
  const auto is_it = [extra](const Terminal& terminal) {
    return terminal.extra == extra && !terminal.extra.empty();
  };
  if (const Terminal* known = known_rows_.terminal(user_id, is_it)) return *known;
  return remembered(
      first(db_.query(TERMINAL_COLUMNS "WHERE user_id = ? AND extra = ? AND extra <> ''", user_id, extra),
            read_terminal));
}

std::optional<Terminal> Transaction::terminal_by_name(std::string_view user_id, std::string_view name) {
  const auto is_it = [name](const Terminal& terminal) {
    return terminal.name == name && terminal.extra.empty();
  };
  if (const Terminal* known = known_rows_.terminal(user_id, is_it)) return *known;
  return remembered(
      first(db_.query(TERMINAL_COLUMNS "WHERE user_id = ? AND name = ? AND extra = ''", user_id, name),
            read_terminal));
}

std::optional<Terminal> Transaction::remembered(std::optional<Terminal> terminal) {
  if (terminal && within_operation_) known_rows_.put(*terminal);
  return terminal;
}

void Transaction::insert_terminal(const Terminal& terminal) {
  db_.post("INSERT INTO terminals VALUES (?, ?, ?, ?, ?)", terminal.id, terminal.user_id, terminal.name,
           terminal.extra, terminal.created);
}

void Transaction::rename_terminal(const Terminal& terminal, std::string_view name) {
  known_rows_.forget(terminal.user_id);
  db_.post("UPDATE terminals SET name = ? WHERE id = ?", name, terminal.id);
}

void Transaction::give_extra(const Terminal& terminal, std::string_view extra) {
  known_rows_.forget(terminal.user_id);
  // Its own id is an identifier that no requester gives.
  db_.post("UPDATE terminals SET extra = id WHERE user_id = ? AND extra = ? AND extra <> '' AND id <> ?",
           terminal.user_id, extra, terminal.id);
  db_.post("UPDATE terminals SET extra = ? WHERE id = ?", extra, terminal.id);
}

std::optional<Action> Transaction::action_by_name(std::string_view name) {
  if (const Action* known = actions_.find(name, begun_)) return *known;
  auto action =
      first(db_.query("SELECT id, name, created FROM actions WHERE name = ?", name), [](const Rows& row) {
        return Action{row.text(0), row.text(1), row.integer(2)};
      });
  if (action && may_remember()) actions_.put(name, *action, begun_);
  return action;
}

void Transaction::insert_action(const Action& action) {
  db_.post("INSERT INTO actions VALUES (?, ?, ?)", action.id, action.name, action.created);
}

std::optional<AuthenticationRequest> Transaction::request_by_id(std::string_view id) {
  auto request = first(db_.query(REQUEST_COLUMNS "FROM requests WHERE id = ?", id), read_request);
  if (!request)
    request = first(db_.query(REQUEST_COLUMNS "FROM past_requests WHERE id = ?", id), read_request);
  return request;
}

std::optional<AuthenticationRequest> Transaction::request_by_client_id(std::string_view requester_id,
                                                                       std::string_view client_request_id) {
  return first(
      db_.query(REQUEST_COLUMNS
                "FROM requests WHERE requester_id = ? AND client_request_id = ? AND client_request_id <> ''",
                requester_id, client_request_id),
      read_request);
}

void Transaction::insert_request(const AuthenticationRequest& request) {
  db_.post(
      "INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?, ?)",
      request.id, request.requester_id, request.user_id, request.pairing_id, request.client_request_id,
      Blob{request.fingerprint}, request.push, request.terminal.id, request.terminal.name,
      request.terminal.extra, request.terminal.created, request.action.id, request.action.name,
      request.action.created, request.metadata, request.number, request.automation_allowed, request.state,
      request.reason_code, request.reason, request.totp_valid, request.code_followed, request.created,
      request.modified, request.expires, request.rule_id);
}

bool Transaction::finish_request(const AuthenticationRequest& request) {
  return db_.change(
             "UPDATE requests SET state = ?, reason_code = ?, reason = ?, totp_valid = ?, code_followed = ?, "
             "pairing_id = ?, modified = ?, rule_id = ? WHERE id = ? AND state = 0",
             request.state, request.reason_code, request.reason, request.totp_valid, request.code_followed,
             request.pairing_id, request.modified, request.rule_id, request.id) == 1;
}

void Transaction::mark_code_followed(std::string_view request_id) {
  db_.post("UPDATE requests SET code_followed = 1 WHERE id = ?", request_id);
}

bool Transaction::authorization_used(std::string_view request_id) {
  return db_.query("SELECT 1 FROM authorizations WHERE request_id = ?", request_id).next();
}

void Transaction::void_code_approvals(std::string_view user_id, Millis since, Millis now) {
  db_.post(
      "INSERT INTO authorizations "
      "SELECT id, CAST(? AS BIGINT) FROM requests "
      "WHERE user_id = ? AND modified > ? AND state <> 0 AND state = 1 AND pairing_id = '' UNION ALL "
      "SELECT id, CAST(? AS BIGINT) FROM past_requests "
      "WHERE user_id = ? AND modified > ? AND state <> 0 AND state = 1 AND pairing_id = '' "
      "ON CONFLICT DO NOTHING",
      now, user_id, since, now, user_id, since);
}

void Transaction::use_authorization(std::string_view request_id, Millis now) {
  db_.post("INSERT INTO authorizations VALUES (?, ?)", request_id, now);
}

std::vector<AuthenticationRequest> Transaction::pending_requests(std::string_view user_id) {
  return oldest_first(
      all(db_.query(REQUEST_COLUMNS "FROM requests WHERE user_id = ? AND state = 0", user_id), read_request));
}

std::vector<AuthenticationRequest> Transaction::pending_requests_of_requester(std::string_view requester_id) {
  return all(db_.query(REQUEST_COLUMNS
                       "FROM requests WHERE requester_id = ? AND state = 0 AND expires > 0 ORDER BY expires",
                       requester_id),
             read_request);
}

std::vector<AuthenticationRequest> Transaction::granted_requests(std::string_view user_id, Millis since,
                                                                 int most) {
  return all(db_.query(REQUEST_COLUMNS
                       "FROM requests WHERE user_id = ? AND modified >= ? AND state = 1 AND state <> 0 "
                       "UNION ALL " REQUEST_COLUMNS
                       "FROM past_requests WHERE user_id = ? AND modified >= ? AND state = 1 AND state <> 0 "
                       "ORDER BY modified DESC, id LIMIT ?",
                       user_id, since, user_id, since, most),
             read_request);
}

std::vector<AuthenticationRequest> Transaction::overdue_requests(Millis now, int limit) {
  return all(
      db_.query(REQUEST_COLUMNS "FROM requests WHERE state = 0 AND expires <= ? ORDER BY expires LIMIT ?",
                now, limit),
      read_request);
}

int Transaction::refused_pushes(std::string_view user_id, Millis since) {
  return count(db_.query(
      "SELECT count(*) FROM requests WHERE user_id = ? AND modified > ? AND state <> 0 AND push = 1 "
      "AND state IN (2, 3, 4) AND code_followed = 0",
      user_id, since));
}

void Transaction::insert_decision(const Decision& decision) {
  db_.post(
      "INSERT INTO decisions (subject, pairing_id, device_id, shown, choice, number, signature, at, "
      "remember_days, origin, verification) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      decision.subject, decision.pairing_id, decision.device_id, decision.shown, decision.choice,
      decision.number, Blob{decision.signature}, decision.at, decision.remember_days, decision.origin,
      decision.verification);
}

std::optional<Decision> Transaction::decision_about(std::string_view subject) {
  return first(db_.query("SELECT subject, pairing_id, device_id, shown, choice, number, signature, at, "
                         "remember_days, origin, verification FROM decisions WHERE subject = ?",
                         subject),
               [](const Rows& row) {
                 return Decision{row.text(0), row.text(1),    row.text(2),
                                 row.text(3), row.text(4),    row.text(5),
                                 row.text(6), row.integer(7), static_cast<int>(row.integer(8)),
                                 row.text(9), row.text(10)};
               });
}

}  // namespace toopher::server
