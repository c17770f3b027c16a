// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "server/admin/access.h"
#include "server/admin/audit.h"
#include "server/admin/backup.h"
#include "server/admin/command.h"
#include "server/admin/devices.h"
#include "server/admin/doctor.h"
#include "server/admin/keys.h"
#include "server/admin/migration.h"
#include "server/admin/notes.h"
#include "server/admin/ntfy.h"
#include "server/admin/requesters.h"
#include "server/admin/requests.h"
#include "server/admin/users.h"
#include "server/admin/verify.h"

namespace toopher::server::admin {

std::span<const Command> commands() {
  static const std::vector<Command> all = [] {
    std::vector<Command> collected;
    for (const auto part :
         {user_commands(), access_commands(), ntfy_commands(), device_commands(), request_commands(),
          requester_commands(), audit_commands(), backup_commands(), migration_commands(), key_commands(),
          verify_commands(), doctor_commands(), note_commands()})
      collected.insert(collected.end(), part.begin(), part.end());
    return collected;
  }();
  return all;
}

const Command* command_named(std::string_view name) {
  const auto all = commands();
  const auto found =
      std::find_if(all.begin(), all.end(), [name](const Command& one) { return name == one.name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace toopher::server::admin
