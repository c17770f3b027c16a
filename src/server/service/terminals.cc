// SPDX-License-Identifier: Apache-2.0
#include "server/service/terminals.h"

#include "base/random.h"
#include "server/service/rules.h"
#include "server/service/users.h"

namespace toopher::server {

namespace {

void check(const TerminalWords& words) {
  if (!words.name.empty()) require_text(words.name, "name", rules::kMaxName);
  if (!words.extra.empty()) require_text(words.extra, "requester_specified_id", rules::kMaxName);
}

std::optional<Terminal> known_terminal(Context& context, const User& user, const TerminalWords& words) {
  if (words.extra.empty()) return context.store.terminal_by_name(user.id, words.name);
  return context.store.terminal_by_extra(user.id, words.extra);
}

void rename(Context& context, Terminal& terminal, std::string_view name) {
  context.store.rename_terminal(terminal, name);
  terminal.name = name;
}

}  // namespace

Terminal name_terminal(Context& context, const Caller& caller, std::string_view user_name,
                       const TerminalWords& words) {
  require_scope(caller, Scope::login, "login");
  check(words);
  require_text(words.name, "name", rules::kMaxName);
  const auto user = user_named(context, caller, user_name);
  if (!user) throw Refused(api::unknown_user());
  if (auto known = known_terminal(context, *user, words)) {
    if (known->name != words.name) rename(context, *known, words.name);
    return std::move(*known);
  }
  Terminal terminal{random_uuid(), user->id, std::string(words.name), std::string(words.extra), context.now};
  context.store.insert_terminal(terminal);
  return terminal;
}

Terminal read_terminal(Context& context, const Caller& caller, std::string_view id) {
  require_scope(caller, Scope::login, "login");
  auto terminal = context.store.terminal_by_id(id);
  if (!terminal || !user_by_id(context, caller, terminal->user_id)) throw Refused(api::unknown_terminal());
  return std::move(*terminal);
}

Terminal change_terminal(Context& context, const Caller& caller, std::string_view id,
                         const TerminalWords& words) {
  check(words);
  Terminal terminal = read_terminal(context, caller, id);
  const bool renamed = !words.name.empty() && words.name != terminal.name;
  const bool told_apart_by_name = terminal.extra.empty() && words.extra.empty();
  if (renamed && told_apart_by_name && context.store.terminal_by_name(terminal.user_id, words.name))
    refuse(409, "Another terminal of this user has this name.");
  // First the identifier: with it the name need not differ from the others'.
  if (!words.extra.empty() && words.extra != terminal.extra) {
    context.store.give_extra(terminal, words.extra);
    terminal.extra = words.extra;
  }
  if (renamed) rename(context, terminal, words.name);
  return terminal;
}

}  // namespace toopher::server
