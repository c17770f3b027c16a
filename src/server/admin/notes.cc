// SPDX-License-Identifier: Apache-2.0
#include "server/admin/notes.h"

#include <algorithm>
#include <array>

#include "config.h"
#include "server/admin/table.h"

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

void print_status(const json_t* status) {
  const auto line = [](const char* name, const std::string& value) {
    std::string label = std::string(name) + ":";
    label.resize(16, ' ');
    print(label + value + "\n");
  };
  line("server", shown(text_of(status, "url")));
  line("version", shown(text_of(status, "version")));
  line("process", std::to_string(integer_of(status, "pid")));
  line("running since", time_text(integer_of(status, "started")));
  line("connections", std::to_string(integer_of(status, "connections")));
  line("parked calls", std::to_string(integer_of(status, "parked")));
}

const std::array kCommands{
    Command{.name = "status",
            .argument = nullptr,
            .summary = "what the running server says of itself",
            .prints_json = true,
            .print = print_status},
    Command{.name = "note", .argument = nullptr, .summary = nullptr, .changes = true, .operate = note},
    Command{.name = "facts", .argument = nullptr, .summary = nullptr, .operate = facts},
};

}  // namespace

std::span<const Command> note_commands() {
  return kCommands;
}

}  // namespace toopher::server::admin
