// SPDX-License-Identifier: Apache-2.0
#include "server/admin/requests.h"

#include <array>

#include "server/admin/page.h"
#include "server/admin/table.h"
#include "server/admin/users.h"
#include "server/service/transitions.h"

namespace toopher::server::admin {

namespace {

constexpr int kLatest = 50;

api::Json facts_of(Context& context, const AuthenticationRequest& request) {
  const auto user = context.store.user_by_id(request.user_id);
  const auto requester = context.store.requester_by_id(request.requester_id);
  api::Json facts(json_object());
  put(facts, "id", request.id);
  put(facts, "user", user ? user->name : "");
  put(facts, "requester", requester ? requester->name : "");
  put(facts, "action", request.action.name);
  put(facts, "terminal", request.terminal.name);
  put(facts, "state", state_name(request.state));
  put(facts, "reason_code", request.reason_code);
  put(facts, "reason", request.reason);
  put(facts, "by_code", request.totp_valid);
  put_time(facts, "created", request.created);
  put_time(facts, "modified", request.modified);
  return facts;
}

api::Json list_requests(const Call& call) {
  const auto ids = call.has("user") ? call.context.store.latest_request_ids(known_user(call).id, kLatest)
                                    : call.context.store.pending_request_ids(kPage);
  Page page;
  for (const std::string& id : ids)
    if (const auto request = call.context.store.request_by_id(id)) page.add(facts_of(call.context, *request));
  return page.answer();
}

std::vector<std::string> request_row(const json_t* request) {
  return {text_of(request, "id"),       text_of(request, "user"),  text_of(request, "action"),
          text_of(request, "terminal"), text_of(request, "state"), time_text(integer_of(request, "created"))};
}

const ListForm kRequests{
    {"ID", "USER", "ACTION", "TERMINAL", "STATE", "CREATED"}, request_row, "no requests"};

constexpr std::array kRequestsOptions{
    Option{"user", "USER", "the latest 50 of this user"},
};

const std::array kCommands{
    Command{.name = "requests",
            .argument = nullptr,
            .summary = "list those that wait for an answer",
            .options = kRequestsOptions,
            .prints_json = true,
            .operate = list_requests,
            .list = &kRequests},
};

}  // namespace

api::Json pending_requests_of(Context& context, const User& user) {
  api::Json list(json_array());
  for (const AuthenticationRequest& request : context.store.pending_requests(user.id))
    append(list, facts_of(context, request));
  return list;
}

void print_pending(const json_t* requests) {
  if (json_array_size(requests) == 0) return;
  print("\n");
  Table table(kRequests.header);
  for (const json_t* const request : elements(requests)) table.add(request_row(request));
  table.print();
}

std::span<const Command> request_commands() {
  return kCommands;
}

}  // namespace toopher::server::admin
