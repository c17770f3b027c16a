// SPDX-License-Identifier: Apache-2.0
#include "server/admin/users.h"

#include <fnmatch.h>

#include <array>

#include "server/admin/devices.h"
#include "server/admin/page.h"
#include "server/admin/requests.h"
#include "server/admin/session.h"
#include "server/admin/table.h"
#include "server/service/bypass.h"
#include "server/service/codes.h"
#include "server/service/pairings.h"
#include "server/service/recovery.h"
#include "server/service/users.h"

namespace toopher::server::admin {

namespace {

api::Json facts_of(Context& context, const User& user) {
  api::Json facts(json_object());
  put(facts, "name", user.name);
  put(facts, "enabled", user.enabled);
  put(facts, "phones", static_cast<int>(enabled_ones(context.store.pairings_of_user(user.id)).size()));
  put(facts, "recovery_codes", context.store.recovery_codes_left(user.id));
  put(facts, "codes_locked", codes_are_locked(context, user));
  put_time(facts, "codes_locked_until", user.codes_locked_until);
  put(facts, "no_pushes", context.now < user.muted_until);
  put_time(facts, "no_pushes_until", user.muted_until);
  put(facts, "bypass", bypass_in_force(context, user.id));
  put_time(facts, "enrol_until", user.enrol_until);
  put_time(facts, "created", user.created);
  return facts;
}

/// What is not as usual.
std::string exceptions(const json_t* facts) {
  std::string text;
  const auto add = [&text](bool holds, const char* word) {
    if (holds) text += (text.empty() ? "" : ", ") + std::string(word);
  };
  add(!flag_of(facts, "enabled"), "disabled");
  add(flag_of(facts, "codes_locked"), "codes locked");
  add(flag_of(facts, "no_pushes"), "no pushes");
  add(flag_of(facts, "bypass"), "bypass code");
  add(integer_of(facts, "phones") == 0, integer_of(facts, "recovery_codes") == 0 ? "unpaired" : "no phone");
  return text;
}

bool is_wanted(const Call& call, const json_t* facts) {
  const std::string pattern = call.text("pattern");
  if (!pattern.empty() && ::fnmatch(pattern.c_str(), text_of(facts, "name").c_str(), 0) != 0) return false;
  if (call.flag("locked") && !flag_of(facts, "codes_locked") && !flag_of(facts, "no_pushes")) return false;
  if (call.flag("disabled") && flag_of(facts, "enabled")) return false;
  return !call.flag("unpaired") || (integer_of(facts, "phones") == 0);
}

api::Json list_users(const Call& call) {
  const std::string begun = call.text("beginning");
  const auto ids = call.context.store.user_ids_after(call.caller.directory,
                                                     begun.empty() ? call.text("next") : begun, kPage);
  Page page;
  std::string last;
  if (!begun.empty())
    if (const auto user = call.context.store.user_by_name(call.caller.directory, begun))
      page.add(facts_of(call.context, *user));
  for (const std::string& id : ids) {
    const auto user = call.context.store.user_by_id(id);
    if (!user) continue;
    last = user->name;
    api::Json facts = facts_of(call.context, *user);
    if (is_wanted(call, facts.get())) page.add(std::move(facts));
  }
  if (ids.size() == kPage) page.continues_after(api::json_text(last));
  return page.answer();
}

std::vector<std::string> user_row(const json_t* user) {
  return {text_of(user, "name"), std::to_string(integer_of(user, "phones")),
          std::to_string(integer_of(user, "recovery_codes")), time_text(integer_of(user, "created")),
          exceptions(user)};
}

const ListForm kUsers{{"USER", "PHONES", "CODES", "KNOWN SINCE", "STATE"}, user_row, "no such users"};

constexpr std::array kUsersOptions{
    Option{"pattern", "PATTERN", "whose name matches, as the shell does: '*@example.org'"},
    Option{"locked", nullptr, "whose codes are locked, or who get no pushes"},
    Option{"unpaired", nullptr, "without a phone"},
    Option{"disabled", nullptr, "who are switched off"},
};

api::Json show_user(const Call& call) {
  const User user = known_user(call);
  api::Json answer = facts_of(call.context, user);
  put(answer, "pairings", devices_of(call.context, user));
  put(answer, "pending", pending_requests_of(call.context, user));
  return answer;
}

void print_member(const char* name, const std::string& value) {
  std::string label = std::string(name) + ":";
  label.resize(std::max<std::size_t>(label.size() + 1, 16), ' ');
  print(label + value + "\n");
}

void print_user(const json_t* user) {
  print_member("user", shown(text_of(user, "name")));
  const std::string state = exceptions(user);
  print_member("state", state.empty() ? "as usual" : state);
  print_member("known since", time_text(integer_of(user, "created")));
  print_member("phones", std::to_string(integer_of(user, "phones")));
  print_member("recovery codes", std::to_string(integer_of(user, "recovery_codes")));
  if (flag_of(user, "codes_locked") && integer_of(user, "codes_locked_until") != 0)
    print_member("codes locked", "until " + time_text(integer_of(user, "codes_locked_until")));
  if (integer_of(user, "enrol_until") != 0)
    print_member("may enrol", "until " + time_text(integer_of(user, "enrol_until")));
  if (flag_of(user, "no_pushes"))
    print_member("no pushes", "until " + time_text(integer_of(user, "no_pushes_until")));
  print_devices(json_object_get(user, "pairings"));
  print_pending(json_object_get(user, "pending"));
}

api::Json nothing() {
  return api::Json(json_object());
}

api::Json reset(const Call& call) {
  reset_user(call.context, call.caller, call.text("user"));
  return nothing();
}

std::string reset_warning(Session& session, const json_t* parameters) {
  const api::Json user = session.call("show", parameters);
  return "This removes " + count_text(integer_of(user.get(), "phones"), "phone", "phones") + " and " +
         count_text(integer_of(user.get(), "recovery_codes"), "recovery code", "recovery codes") + " of " +
         shown(text_of(user.get(), "name")) + ", and withdraws " +
         count_text(static_cast<std::int64_t>(json_array_size(json_object_get(user.get(), "pending"))),
                    "pending request", "pending requests") +
         ".";
}

api::Json enable(const Call& call) {
  (void)set_user_enabled(call.context, call.caller, known_user(call).id, true);
  return nothing();
}

api::Json disable(const Call& call) {
  (void)set_user_enabled(call.context, call.caller, known_user(call).id, false);
  return nothing();
}

std::string disable_warning(Session& session, const json_t* parameters) {
  const api::Json user = session.call("show", parameters);
  return "This refuses every login of " + shown(text_of(user.get(), "name")) +
         ", until: toopher-admin enable.";
}

api::Json unlock(const Call& call) {
  unlock_user(call.context, call.caller, call.text("user"));
  return nothing();
}

api::Json recovery_codes(const Call& call) {
  api::Json list(json_array());
  for (const Secret& code : make_recovery_codes(call.context, call.caller, {call.text("user"), false, ""})) {
    append(list, api::json_text(grouped(code.view())));
  }
  api::Json answer(json_object());
  put(answer, "recovery_codes", std::move(list));
  return answer;
}

void print_recovery_codes(const json_t* answer) {
  for (const json_t* const code : elements(json_object_get(answer, "recovery_codes")))
    print(std::string(json_string_value(code)) + "\n");
}

std::string recovery_warning(Session& session, const json_t* parameters) {
  const api::Json user = session.call("show", parameters);
  const std::int64_t left = integer_of(user.get(), "recovery_codes");
  if (left == 0) return "";
  return "This ends " + count_text(left, "earlier recovery code", "earlier recovery codes") + " of " +
         shown(text_of(user.get(), "name")) + ".";
}

const std::array kCommands{
    Command{.name = "users",
            .argument = nullptr,
            .summary = "list them",
            .options = kUsersOptions,
            .prints_json = true,
            .operate = list_users,
            .list = &kUsers},
    Command{.name = "show",
            .argument = "USER",
            .summary = "phones, recovery codes, locks, and what waits for an answer",
            .prints_json = true,
            .operate = show_user,
            .print = print_user},
    Command{.name = "enable",
            .argument = "USER",
            .summary = "allow logins again",
            .changes = true,
            .operate = enable},
    Command{.name = "disable",
            .argument = "USER",
            .summary = "refuse every login, until: enable USER",
            .changes = true,
            .operate = disable,
            .warning = disable_warning},
    Command{.name = "unlock",
            .argument = "USER",
            .summary = "accept codes and send pushes again at once",
            .changes = true,
            .operate = unlock},
    Command{.name = "reset",
            .argument = "USER",
            .summary = "remove phones and recovery codes, and lift locks",
            .changes = true,
            .operate = reset,
            .warning = reset_warning},
    Command{.name = "recovery-codes",
            .argument = "USER",
            .summary = "make new recovery codes and print them; earlier ones end",
            .changes = true,
            .prints_json = true,
            .operate = recovery_codes,
            .print = print_recovery_codes,
            .warning = recovery_warning},
};

}  // namespace

User known_user(const Call& call) {
  auto user = user_named(call.context, call.caller, call.text("user"));
  if (!user) throw Refused(api::unknown_user());
  return *user;
}

std::span<const Command> user_commands() {
  return kCommands;
}

}  // namespace toopher::server::admin
