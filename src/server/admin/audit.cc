// SPDX-License-Identifier: Apache-2.0
#include "server/admin/audit.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>

#include "server/admin/page.h"
#include "server/admin/session.h"
#include "server/admin/table.h"

namespace toopher::server::admin {

namespace {

constexpr const char* kDefaultSince = "1d";
constexpr std::size_t kKnown = 256;
constexpr std::int64_t kWaitSeconds = 30;
constexpr std::size_t kEventWidth = 26;

bool is_known(const json_t* known, std::int64_t number) {
  for (const json_t* const one : elements(known))
    if (json_integer_value(one) == number) return true;
  return false;
}

bool is_wanted(const Call& call, const AuditEntry& entry, const json_t* fields) {
  const std::string event = call.text("event");
  if (!event.empty() && ::fnmatch(event.c_str(), entry.event.c_str(), 0) != 0) return false;
  return !call.has("user") || text_of(fields, "user") == call.text("user");
}

/// From `after` on, or from `since`. `known` are numbers behind `after` that were told before: what is written at the same
/// time by several instances does not become visible in the order of its numbers.
api::Json list_audit(const Call& call) {
  Transaction& store = call.context.store;
  std::string since = call.text("since");
  if (since.empty()) since = kDefaultSince;
  const std::int64_t after = call.has("after")
                                 ? call.integer("after", 0)
                                 : store.audit_number_before(point_in_time(since, call.context.now, "since"));
  const json_t* const known = json_object_get(call.parameters, "known");
  Page page;
  std::int64_t last = after;
  const std::size_t most = kPage + json_array_size(known);
  const auto entries = store.audit_after(after, static_cast<int>(most));
  api::Json seen(json_array());
  for (const AuditEntry& entry : entries) {
    last = entry.number;
    if (is_known(known, entry.number)) continue;
    append(seen, api::Json(json_integer(entry.number)));
    api::Json fields(json_loads(entry.fields.c_str(), 0, nullptr));
    if (!fields || !is_wanted(call, entry, fields.get())) continue;
    put(fields, "number", entry.number);
    page.add(std::move(fields));
  }
  if (entries.size() == most) page.continues_after(api::Json(json_integer(last)));
  api::Json answer = page.answer();
  put(answer, "after", last);
  put(answer, "seen", std::move(seen));
  return answer;
}

std::string value_text(const json_t* value) {
  return json_is_string(value) ? shown(json_string_value(value)) : api::dump(value);
}

void print_entry(const json_t* entry) {
  std::string event = shown(text_of(entry, "event"));
  event.resize(std::max(event.size(), kEventWidth), ' ');
  std::string line = shown(text_of(entry, "time")) + "  " + event;
  const char* name = nullptr;
  json_t* value = nullptr;
  json_object_foreach(const_cast<json_t*>(entry), name,
                      value) {  // NOLINT: jansson's macro does not change it
    const std::string_view member(name);
    if (member == "time" || member == "event" || member == "number") continue;
    line += "  " + std::string(member) + "=" + value_text(value);
  }
  print(line + "\n");
}

void print_entries(const json_t* answer, bool json) {
  for (const json_t* const entry : elements(json_object_get(answer, "items"))) {
    if (json) {
      print(api::dump(entry) + "\n");
    } else {
      print_entry(entry);
    }
  }
  (void)std::fflush(stdout);
}

/// Which entries were told.
class Place {
 public:
  void take(const json_t* answer) {
    for (const json_t* const number : elements(json_object_get(answer, "seen")))
      seen_.insert(json_integer_value(number));
    if (seen_.empty()) after_ = std::max(after_, integer_of(answer, "after"));
    for (; seen_.size() > kKnown; seen_.erase(seen_.begin())) after_ = *seen_.begin();
  }
  void put_into(const api::Json& parameters) const {
    put(parameters, "after", after_);
    api::Json known(json_array());
    for (const std::int64_t number : seen_) append(known, api::Json(json_integer(number)));
    put(parameters, "known", std::move(known));
  }

 private:
  std::int64_t after_ = 0;
  std::set<std::int64_t> seen_;
};

int audit_log(Session& session, const Command& command, const json_t* given) {
  const api::Json parameters(json_deep_copy(given));
  const bool follow = flag_of(given, "follow");
  if (follow && !session.server_runs())
    return session.failed("--follow needs the running server, and it does not run");
  Place place;
  for (;;) {
    const api::Json answer = session.call(command.name, parameters.get());
    print_entries(answer.get(), session.json());
    place.take(answer.get());
    const bool more = json_object_get(answer.get(), "next") != nullptr;
    if (!more && !follow) return 0;
    place.put_into(parameters);
    if (!more) put(parameters, "wait", kWaitSeconds);
  }
}

constexpr std::array kLogOptions{
    Option{"since", "WHEN", "from then on: 2h, 7d, 2026-11-25, '2026-11-25 18:30' (UTC); else 1d"},
    Option{"user", "USER", "about this user"},
    Option{"event", "PATTERN", "of this kind, as the shell matches: 'ALERT*'"},
    Option{"follow", nullptr, "go on with what happens, until Ctrl-C"},
};

const std::array kCommands{
    Command{.name = "audit log",
            .argument = nullptr,
            .summary = "print who did what when; --json prints one object a line",
            .options = kLogOptions,
            .prints_json = true,
            .operate = list_audit,
            .topic = kAuditTopic,
            .carry_out = audit_log},
};

}  // namespace

std::span<const Command> audit_commands() {
  return kCommands;
}

}  // namespace toopher::server::admin
