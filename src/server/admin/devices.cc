// SPDX-License-Identifier: Apache-2.0
#include "server/admin/devices.h"

#include <array>

#include "base/random.h"
#include "server/admin/page.h"
#include "server/admin/session.h"
#include "server/admin/table.h"
#include "server/admin/users.h"
#include "server/service/code_apps.h"
#include "server/service/pairings.h"

namespace toopher::server::admin {

namespace {

const char* state_text(PairingState state) {
  switch (state) {
    case PairingState::pending:
      return "waits for the phone";
    case PairingState::enabled:
      return "paired";
    case PairingState::denied:
      return "denied";
    case PairingState::expired:
      return "not answered";
    case PairingState::deactivated:
      return "removed";
  }
  return "damaged";
}

api::Json facts_of(Context& context, const Pairing& pairing) {
  const auto device = context.store.device_by_id(pairing.device_id);
  const auto user = context.store.user_by_id(pairing.user_id);
  api::Json facts(json_object());
  put(facts, "pairing", pairing.id);
  put(facts, "user", user ? user->name : "");
  put(facts, "name", device ? device->name : "");
  put(facts, "platform", device ? device->platform : "");
  put(facts, "state", state_text(pairing.state));
  put_time(facts, "since", pairing.modified);
  put(facts, "user_verification", context.store.credential_of_pairing(pairing.id).has_value());
  put(facts, "code_apps", static_cast<int>(code_apps_of_pairing(context, pairing).size()));
  const PushState push = context.store.push_state(pairing.device_id);
  put(facts, "notified", push.subscribed);
  put_time(facts, "last_notified", push.delivered);
  put(facts, "notification_problem", push.problem);
  return facts;
}

bool counts(const Pairing& pairing) {
  return pairing.state == PairingState::enabled || pairing.state == PairingState::pending;
}

api::Json list_devices(const Call& call) {
  Page page;
  const bool all = call.flag("all");
  if (call.has("user")) {
    for (const Pairing& pairing : call.context.store.pairings_of_user(known_user(call).id))
      if (all || counts(pairing)) page.add(facts_of(call.context, pairing));
    return page.answer();
  }
  const auto ids = call.context.store.pairing_ids_after(call.text("next"), kPage);
  for (const std::string& id : ids) {
    const auto pairing = call.context.store.pairing_by_id(id);
    if (pairing && (all || counts(*pairing))) page.add(facts_of(call.context, *pairing));
  }
  if (ids.size() == kPage) page.continues_after(api::json_text(ids.back()));
  return page.answer();
}

/// When the last notification was handed over, or in a word why there is no time to tell.
std::string notified_text(const json_t* device) {
  if (!text_of(device, "notification_problem").empty()) return "trouble";
  if (!flag_of(device, "notified")) return "no";
  const std::int64_t last = integer_of(device, "last_notified");
  return last == 0 ? "not yet" : time_text(last);
}

std::vector<std::string> device_row(const json_t* device) {
  return {text_of(device, "pairing"),  text_of(device, "user"),  text_of(device, "name"),
          text_of(device, "platform"), text_of(device, "state"), time_text(integer_of(device, "since")),
          notified_text(device)};
}

const ListForm kDevices{
    {"ID", "USER", "PHONE", "PLATFORM", "STATE", "SINCE", "NOTIFIED"}, device_row, "no phones"};

constexpr std::array kDevicesOptions{
    Option{"user", "USER", "of this user"},
    Option{"all", nullptr, "removed, denied and unanswered ones, too"},
};

Pairing known_pairing(const Call& call) {
  const std::string id = call.text("id");
  if (!is_uuid(id)) refuse(400, "ID is a phone's, as: toopher-admin devices");
  return read_pairing(call.context, call.caller, id);
}

api::Json show_device(const Call& call) {
  return facts_of(call.context, known_pairing(call));
}

api::Json revoke(const Call& call) {
  (void)deactivate_pairing(call.context, call.caller, known_pairing(call).id);
  return api::Json(json_object());
}

std::string revoke_warning(Session& session, const json_t* parameters) {
  const api::Json device = session.call("device show", parameters);
  const std::int64_t code_apps = integer_of(device.get(), "code_apps");
  return "This removes the phone " + shown(text_of(device.get(), "name")) + " (" +
         shown(text_of(device.get(), "platform")) + ") of " + shown(text_of(device.get(), "user")) +
         (code_apps == 0
              ? ""
              : ", and " + count_text(code_apps, "code app", "code apps") + " that it has set up") +
         ".";
}

void print_device(const json_t* device) {
  Table table(kDevices.header);
  table.add(device_row(device));
  table.print();
}

const std::array kCommands{
    Command{.name = "devices",
            .argument = nullptr,
            .summary = "list phones",
            .options = kDevicesOptions,
            .prints_json = true,
            .operate = list_devices,
            .list = &kDevices},
    Command{.name = "device show",
            .argument = "ID",
            .summary = "one of them",
            .prints_json = true,
            .operate = show_device,
            .print = print_device},
    Command{.name = "device revoke",
            .argument = "ID",
            .summary = "remove one phone of a user: it is lost, say",
            .changes = true,
            .operate = revoke,
            .warning = revoke_warning},
};

}  // namespace

api::Json devices_of(Context& context, const User& user) {
  api::Json list(json_array());
  for (const Pairing& pairing : context.store.pairings_of_user(user.id))
    append(list, facts_of(context, pairing));
  return list;
}

void print_devices(const json_t* pairings) {
  if (json_array_size(pairings) == 0) return;
  print("\n");
  Table table(kDevices.header);
  for (const json_t* const pairing : elements(pairings)) table.add(device_row(pairing));
  table.print();
}

std::span<const Command> device_commands() {
  return kCommands;
}

}  // namespace toopher::server::admin
