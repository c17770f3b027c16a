// SPDX-License-Identifier: Apache-2.0
#include "server/admin/migration.h"

#include <array>

#include "server/admin/command_line.h"
#include "server/admin/session.h"
#include "server/migrate.h"

namespace toopher::server::admin {

namespace {

int carry_out_migration(Session& session, const Command& command, const json_t* parameters) {
  (void)command;
  const std::string to = text_of(parameters, "to");
  if (to.empty()) throw UsageError("migrate needs --to URI");
  if (session.server_runs())
    return session.failed(
        "toopherd runs, and what it writes meanwhile would be missing; stop toopherd first");
  session.let_go();
  migrate(session.config(), to, text_of(parameters, "database-password-file"));
  return exit_status::kDone;
}

constexpr std::array kOptions{
    Option{"to", "URI", "an empty PostgreSQL, as postgresql://toopherd@db.example.org/toopher"},
    Option{"database-password-file", "FILE", "where its password is, if it wants one"},
};

const std::array kCommands{
    Command{.name = "migrate",
            .argument = nullptr,
            .summary = "copy an SQLite database into a PostgreSQL",
            .options = kOptions,
            .carry_out = carry_out_migration},
};

}  // namespace

std::span<const Command> migration_commands() {
  return kCommands;
}

}  // namespace toopher::server::admin
