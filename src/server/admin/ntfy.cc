// SPDX-License-Identifier: Apache-2.0
#include "server/admin/ntfy.h"

#include <array>

#include "server/admin/session.h"
#include "server/admin/table.h"
#include "server/admin/users.h"
#include "server/service/push.h"

namespace toopher::server::admin {

namespace {

/// The topic itself is not told: whoever knows it can listen.
api::Json ntfy(const Call& call) {
  const User user = known_user(call);
  const bool off = call.flag("off");
  const bool set = call.has("topic");
  if (off && set) refuse(400, "--topic and --off exclude each other");
  if (off) stop_ntfy(call.context, call.caller, user);
  if (set) tell_by_ntfy(call.context, call.caller, user, call.text("topic"));
  api::Json answer(json_object());
  put(answer, "topic_set", call.context.store.ntfy_topic(user.id).has_value());
  return answer;
}

void print_ntfy(const json_t* answer) {
  print(flag_of(answer, "topic_set") ? "told through ntfy\n" : "not told through ntfy\n");
}

constexpr std::array kOptions{
    Option{"topic", "TOPIC", "publish there that a login waits"},
    Option{"off", nullptr, "publish nothing any more"},
};

const std::array kCommands{
    Command{.name = "ntfy",
            .argument = "USER",
            .summary = "tell somebody whose phone has no web push through ntfy; or say whether",
            .options = kOptions,
            .changes = true,
            .prints_json = true,
            .operate = ntfy,
            .print = print_ntfy},
};

}  // namespace

std::span<const Command> ntfy_commands() {
  return kCommands;
}

}  // namespace toopher::server::admin
