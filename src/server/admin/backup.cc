// SPDX-License-Identifier: Apache-2.0
#include "server/admin/backup.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <thread>

#include "server/admin/in_use.h"
#include "server/admin/new_file.h"
#include "server/admin/replacement.h"
#include "server/admin/session.h"
#include "server/admin/table.h"
#include "server/alone.h"
#include "server/setup.h"
#include "server/store/postgres_options.h"
#include "server/store/sqlite_copy.h"

namespace toopher::server::admin {

namespace {

constexpr std::chrono::seconds kPatience{60};  // until a server that restarts must answer
constexpr std::chrono::milliseconds kPause{50};

/// libpq's tools copy a PostgreSQL better than this program could.
int use_pg(const Session& session, const std::string& what) {
  return session.failed(
      "the database is a PostgreSQL: use its own tools, " + what +
      " (they ask for the password, or find it in ~/.pgpass). The key file is not in the dump: keep a "
      "copy of it apart");
}

bool is_file(const Session& session) {
  return !postgres::Options::is_meant(session.config().database);
}

void note(Session& session, const char* event, const std::string& file, const std::string& kept) {
  const api::Json parameters(json_object());
  put(parameters, "event", event);
  put(parameters, "file", file);
  put(parameters, "kept", kept);
  (void)session.call("note", parameters.get());
}

int backup(Session& session, const Command& command, const json_t* parameters) {
  (void)command;
  const std::string file = absolute_path(text_of(parameters, "file"));
  if (!is_file(session))
    return use_pg(session, "pg_dump --format=custom --file=" + file + " " +
                               without_password(session.config().database));
  struct stat status {};
  if (!flag_of(parameters, "force") && ::lstat(file.c_str(), &status) == 0)
    return session.failed(file + " exists; choose another name, or give --force");
  NewFile target(file, {::geteuid(), ::getegid()});
  sqlite::copy_database(session.config().database, target.temporary());
  const std::string damage = sqlite::damage_of(target.temporary(), false);
  if (!damage.empty())
    return session.failed("the copy is damaged, and so, most likely, is the database: " + damage);
  if (flag_of(parameters, "force")) {
    target.replace();
  } else {
    target.add();
  }
  note(session, "backup made", file, "");
  (void)std::fprintf(
      stderr,
      "toopher-admin: %s is complete and checked. It is worth nothing without %s: keep a copy of that "
      "elsewhere\n",
      file.c_str(), session.config().key_file.c_str());
  return exit_status::kDone;
}

std::string restore_warning(Session& session, const json_t* parameters) {
  if (!is_file(session)) return "";
  return "This replaces the database " + session.config().database + " by " +
         shown(text_of(parameters, "file")) +
         ": whatever happened since that backup is undone, codes that were used since are good again, and "
         "phones that were "
         "paired since are not. The present database is kept beside it." +
         (session.server_runs() ? " The server ends its connections and starts anew." : "");
}

/// Beside the database and of its owner; checked, and brought up to this version.
void prepare(const ServerConfig& config, const std::string& file) {
  const std::string copy = replacement_of(config.database);
  {
    NewFile target(copy, NewFile::like(config.database));
    sqlite::copy_database(file, target.temporary());
    const std::string damage = sqlite::damage_of(target.temporary(), false);
    if (!damage.empty()) throw std::runtime_error(file + " is damaged: " + damage);
    target.replace();
  }
  try {
    // The store refuses a newer version, and a key that does not fit.
    ServerConfig prepared = config;
    prepared.database = copy;
    const Alone checked(prepared, load_sealing_key(config.key_file));
  } catch (const std::exception&) {
    discard_replacement(config.database);
    throw;
  }
  if (!sqlite::settle_database(copy)) throw std::runtime_error(copy + " cannot be closed");
}

/// Which server it is; "" while none answers. Not by the session, which would open the database instead.
std::string answering_server(const ServerConfig& config) try {
  const auto link = link_to_server(config);
  return link ? text_of(link->call("status", api::Json(json_object()).get()).get(), "run") : "";
} catch (const std::exception&) {
  return "";  // it ends, or is about to start
}

int restart(Session& session, std::string& kept) {
  const api::Json nothing(json_object());
  const std::string before = text_of(session.call("status", nothing.get()).get(), "run");
  kept = text_of(session.call("restore", nothing.get()).get(), "kept");
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(kPause);
    const std::string now = answering_server(session.config());
    if (now.empty() || now == before) continue;
    if (::access(replacement_of(session.config().database).c_str(), F_OK) != 0) return exit_status::kDone;
    return session.failed(
        "the server could not replace the database, and goes on with the present one; its log says why");
  }
  return session.failed("the server does not answer again; its log says why. The replaced database is " +
                        kept);
}

int restore(Session& session, const Command& command, const json_t* parameters) {
  (void)command;
  const std::string file = absolute_path(text_of(parameters, "file"));
  const ServerConfig& config = session.config();
  if (!is_file(session))
    return use_pg(session, "pg_restore --clean --if-exists --dbname=" + without_password(config.database) +
                               " " + file + " while no server runs");
  prepare(config, file);
  std::string kept;
  if (session.server_runs()) {
    if (const int status = restart(session, kept); status != exit_status::kDone) return status;
  } else {
    session.let_go();
    {
      const InUse in_use(config, InUse::alone);
      kept = put_replacement_in_place(config.database);
    }
    session.find_server();
  }
  note(session, "database restored", file, kept);
  (void)std::fprintf(stderr, "toopher-admin: restored; the replaced database is %s\n", kept.c_str());
  return exit_status::kDone;
}

constexpr std::array kBackupOptions{
    Option{"force", nullptr, "replace a file of that name"},
};

const std::array kCommands{
    Command{.name = "backup",
            .argument = "FILE",
            .summary = "copy the database, while the server runs",
            .options = kBackupOptions,
            .carry_out = backup},
    Command{.name = "restore",
            .argument = "FILE",
            .summary = "put a backup in the database's place",
            .changes = true,
            .warning = restore_warning,
            .carry_out = restore},
};

}  // namespace

std::span<const Command> backup_commands() {
  return kCommands;
}

}  // namespace toopher::server::admin
