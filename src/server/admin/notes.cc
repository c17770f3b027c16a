// SPDX-License-Identifier: Apache-2.0
#include "server/admin/notes.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "config.h"
#include "server/admin/session.h"
#include "server/admin/table.h"
#include "server/wall_clock.h"

namespace toopher::server::admin {

namespace {

constexpr const char* kBackupMade = "backup made";
constexpr std::array<std::string_view, 4> kEvents{kBackupMade, "database restored", "key added",
                                                  "key rotated"};

api::Json note(const Call& call) {
  const std::string event = call.text("event");
  if (std::find(kEvents.begin(), kEvents.end(), event) == kEvents.end()) refuse(400, "no such event");
  audit(call.context, event,
        {{"file", call.text("file")}, {"kept", call.text("kept")}, {"by", call.caller.name}});
  call.context.store.set_memo(event, call.text("file"), call.context.now);
  return api::Json(json_object());
}

/// What `doctor` cannot see from outside.
api::Json facts(const Call& call) {
  constexpr int kMost = 1000;
  api::Json answer(json_object());
  Transaction& store = call.context.store;
  put_time(answer, "last_backup", store.memo_time(kBackupMade));
  put(answer, "pending", static_cast<std::int64_t>(store.pending_request_ids(kMost).size()));
  api::Json powerless(json_array());
  for (const Requester& requester : store.requesters())
    if (requester.scopes.bits() == 0) append(powerless, api::json_text(requester.name));
  put(answer, "requesters_without_scope", std::move(powerless));
  return answer;
}

/// What the server of the database says; no members where that is a file.
api::Json database(const Call& call) {
  const auto facts = call.context.store.server_facts();
  return facts ? answer_with(*facts, wall_clock()) : api::Json(json_object());
}

void print_line(const char* name, const std::string& value) {
  std::string label = std::string(name) + ":";
  label.resize(17, ' ');
  print(label + value + "\n");
}

std::string one_decimal(double value) {
  const std::int64_t tenths = std::llround(value * 10);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

void print_status(const json_t* status) {
  const auto line = print_line;
  line("server", shown(text_of(status, "url")));
  line("version", shown(text_of(status, "version")));
  line("process", std::to_string(integer_of(status, "pid")));
  line("running since", time_text(integer_of(status, "started")));
  line("connections", std::to_string(integer_of(status, "connections")));
  line("parked calls", std::to_string(integer_of(status, "parked")));
  line("to be committed", std::to_string(integer_of(status, "queue")));
  line("in one commit", one_decimal(json_number_value(json_object_get(status, "operations_per_commit"))));
  for (const json_t* const instance : elements(json_object_get(status, "instances"))) {
    const std::string address = text_of(instance, "address");
    line("instance", shown(text_of(instance, "name")) + (address.empty() ? "" : ", from " + shown(address)) +
                         ", since " + time_text(integer_of(instance, "since")));
  }
}

/// What the server knows of itself, and what its database knows of all instances.
int status(Session& session, const Command& command, const json_t* parameters) {
  const api::Json answer = session.call(command.name, parameters);
  const api::Json nothing(json_object());
  const api::Json facts = session.call("database", nothing.get());
  if (json_t* const instances = json_object_get(facts.get(), "instances"))
    put(answer, "instances", api::Json(json_incref(instances)));
  if (session.json()) {
    print(api::dump(answer.get()) + "\n");
  } else {
    print_status(answer.get());
  }
  return exit_status::kDone;
}

const std::array kCommands{
    Command{.name = "status",
            .argument = nullptr,
            .summary = "what the running server says of itself",
            .prints_json = true,
            .carry_out = status},
    Command{.name = "note", .argument = nullptr, .summary = nullptr, .changes = true, .operate = note},
    Command{.name = "facts", .argument = nullptr, .summary = nullptr, .operate = facts},
    Command{.name = "database", .argument = nullptr, .summary = nullptr, .operate = database},
};

}  // namespace

api::Json answer_with(const sql::ServerFacts& facts, Millis now) {
  api::Json answer(json_object());
  put(answer, "clock_ahead", facts.now - now);
  api::Json settings(json_object());
  for (const auto& [name, value] : facts.settings) put(settings, name.c_str(), value);
  put(answer, "settings", std::move(settings));
  api::Json instances(json_array());
  for (const auto& instance : facts.instances) {
    api::Json object(json_object());
    put(object, "name", instance.name);
    put(object, "address", instance.address);
    put(object, "since", instance.since);
    put(object, "connections", instance.connections);
    append(instances, std::move(object));
  }
  put(answer, "instances", std::move(instances));
  return answer;
}

std::span<const Command> note_commands() {
  return kCommands;
}

}  // namespace toopher::server::admin
