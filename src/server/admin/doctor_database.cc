// SPDX-License-Identifier: Apache-2.0
// A PostgreSQL that does not keep what it says it keeps, has no room for all instances, or another time.
#include <cstdlib>

#include "base/text.h"
#include "server/admin/call.h"
#include "server/admin/findings.h"

namespace toopher::server::admin {

namespace {

constexpr std::int64_t kClockMillis = 1000;  // what instances may differ by (docs/instances.md)
constexpr const char* kSubject = "postgresql";

std::int64_t number_in(const json_t* settings, const char* name) {
  constexpr std::uint64_t kMost = 1'000'000;
  return static_cast<std::int64_t>(parse_decimal(text_of(settings, name), kMost).value_or(0));
}

void examine_durability(const json_t* settings, Findings& findings) {
  bool durable = true;
  for (const char* const name : {"fsync", "full_page_writes"}) {
    if (text_of(settings, name) == "on") continue;
    durable = false;
    findings.error(kSubject,
                   std::string(name) +
                       " is off: a crash of its machine loses what was acknowledged, and a used "
                       "code is good again",
                   std::string("set ") + name + " = on in postgresql.conf, and restart PostgreSQL");
  }
  if (text_of(settings, "synchronous_commit") == "off") {
    durable = false;
    findings.warning(kSubject,
                     "synchronous_commit is off; toopherd turns it on for itself, other programs do not",
                     "set synchronous_commit = on in postgresql.conf, and reload it");
  }
  if (durable)
    findings.good(kSubject, "version " + text_of(settings, "server_version") + ", its commits are durable");
}

void examine_room(const ServerConfig& config, const json_t* facts, const json_t* settings,
                  Findings& findings) {
  const auto instances = std::max<std::int64_t>(
      1, static_cast<std::int64_t>(json_array_size(json_object_get(facts, "instances"))));
  const std::int64_t each = static_cast<std::int64_t>(config.database_connections) + 1;  // one listens
  const std::int64_t room =
      number_in(settings, "max_connections") - number_in(settings, "superuser_reserved_connections");
  const std::string found = std::to_string(instances) + (instances == 1 ? " instance" : " instances") +
                            " of " + std::to_string(each) + " connections each, room for " +
                            std::to_string(room);
  if (instances * each > room) {
    findings.warning("instances", found,
                     "raise max_connections in postgresql.conf, or lower database-connections");
  } else {
    findings.good("instances", found);
  }
}

void examine_time(const json_t* facts, Findings& findings) {
  const std::int64_t ahead = integer_of(facts, "clock_ahead");
  if (std::abs(ahead) <= kClockMillis) {
    findings.good("database time", "as here");
  } else {
    findings.warning("database time",
                     "its clock is " + std::to_string(std::abs(ahead) / 1000) + " s " +
                         (ahead > 0 ? "ahead of" : "behind") + " this one",
                     "have chrony or systemd-timesyncd on both machines: one of them is wrong");
  }
}

}  // namespace

void examine_database_server(const ServerConfig& config, const json_t* facts, Findings& findings) {
  const json_t* const settings = json_object_get(facts, "settings");
  if (settings == nullptr) return;
  examine_durability(settings, findings);
  examine_room(config, facts, settings, findings);
  examine_time(facts, findings);
}

}  // namespace toopher::server::admin
