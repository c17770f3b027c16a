// SPDX-License-Identifier: Apache-2.0
// toopher-admin: the command line, and how a command is carried out.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <thread>

#include "base/text.h"
#include "config.h"
#include "server/admin/command.h"
#include "server/admin/command_line.h"
#include "server/admin/completion.h"
#include "server/admin/session.h"
#include "server/admin/table.h"
#include "server/store/postgres_options.h"
#include "server/store/remembered.h"

namespace {

using namespace toopher;
using namespace toopher::server;
using namespace toopher::server::admin;

int complain(const std::string& message, int status) {
  (void)std::fprintf(stderr, "toopher-admin: %s\n", message.c_str());
  return status;
}

/// What has to be typed before something is lost: the argument, which says of whom.
bool confirmed(const std::string& warning, const std::string& whose) {
  const std::string argument = whose.empty() ? "yes" : whose;
  (void)std::fprintf(stderr, "%s\nType %s to go on: ", warning.c_str(), shown(argument).c_str());
  (void)std::fflush(stderr);
  std::string typed;
  for (int c = 0; (c = std::getchar()) != EOF && c != '\n';) typed += static_cast<char>(c);
  if (trim(typed) == trim(argument)) return true;
  (void)std::fputs("toopher-admin: nothing was changed\n", stderr);
  return false;
}

bool may_go_on(Session& session, const CommandLine& line) {
  if (line.command->warning == nullptr || session.yes()) return true;
  const std::string warning = line.command->warning(session, line.parameters.get());
  if (warning.empty()) return true;
  if (::isatty(STDIN_FILENO) == 1) return confirmed(warning, line.argument);
  (void)complain(warning + " Without a terminal nobody can be asked: give --yes", 0);
  return false;
}

void print_items(const json_t* page, const ListForm& form, Table& table) {
  for (const json_t* const item : elements(json_object_get(page, "items"))) table.add(form.row(item));
}

/// A page at a time, so that neither side holds all of it.
int print_list(Session& session, const Command& command, const api::Json& parameters) {
  Table table(command.list->header);
  std::string separator = "[";
  bool any = false;
  for (;;) {
    const api::Json page = session.call(command.name, parameters.get());
    const json_t* const items = json_object_get(page.get(), "items");
    any = any || json_array_size(items) != 0;
    if (session.json()) {
      for (const json_t* const item : elements(items)) {
        print(separator + api::dump(item));
        separator = ",\n";
      }
    } else if (json_array_size(items) != 0) {
      print_items(page.get(), *command.list, table);
      table.print();
    }
    json_t* const next = json_object_get(page.get(), "next");
    if (next == nullptr) break;
    api::set_member(parameters, "next", api::Json(json_incref(next)));
  }
  if (session.json()) print(any ? "]\n" : "[]\n");
  if (!session.json() && !any) (void)complain(command.list->none, 0);
  return admin::exit_status::kDone;
}

int carry_out(Session& session, const CommandLine& line) {
  const Command& command = *line.command;
  if (!may_go_on(session, line)) return admin::exit_status::kFailed;
  if (command.carry_out != nullptr) return command.carry_out(session, command, line.parameters.get());
  if (command.list != nullptr) return print_list(session, command, line.parameters);
  const api::Json answer = session.call(command.name, line.parameters.get());
  if (session.json()) {
    print(api::dump(answer.get()) + "\n");
  } else if (command.print != nullptr) {
    command.print(answer.get());
  }
  return admin::exit_status::kDone;
}

/// Ends once every instance acts upon it. What was printed is not held back: a new secret is known at that moment only.
void wait_for_instances(const Session& session, const Command& command) {
  if (!command.outdates || !postgres::Options::is_meant(session.config().database)) return;
  (void)std::fflush(stdout);
  std::this_thread::sleep_for(kRememberedLife);
}

/// `--complete -- WORD...`, for the shell.
int print_completions(int argc, char** argv) {
  for (const std::string& word : completions({argv + std::min(argc, 3), argv + argc})) print(word + "\n");
  return admin::exit_status::kDone;
}

int run(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "--complete") return print_completions(argc, argv);
  const CommandLine line = parse_command_line(argc, argv);
  if (!line.only_print.empty()) {
    print(line.only_print);
    return admin::exit_status::kDone;
  }
  believe_owner_of(line.config);
  Session session(load_server_config(line.config), line.wishes);
  try {
    const int status = carry_out(session, line);
    if (status == admin::exit_status::kDone) wait_for_instances(session, *line.command);
    return status;
  } catch (const Refused& refused) {
    if (refused.error().code == api::error_code::kUnknownUser)
      return complain("there is no user " + shown(line.user), admin::exit_status::kNoSuchUser);
    return complain(shown(refused.what()), refused.error().http_status == 400 ? admin::exit_status::kUsage
                                                                              : admin::exit_status::kFailed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  ::umask(077);
  (void)std::signal(SIGPIPE, SIG_IGN);
  (void)std::setlocale(LC_CTYPE, "C.UTF-8");  // for the width of letters
  try {
    const int status = run(argc, argv);
    if (std::fflush(stdout) == 0) return status;
    return complain("the output cannot be written", admin::exit_status::kFailed);
  } catch (const UsageError& error) {
    return complain(std::string(error.what()) + "; see toopher-admin --help", admin::exit_status::kUsage);
  } catch (const std::exception& error) {
    return complain(error.what(), admin::exit_status::kFailed);
  }
}
