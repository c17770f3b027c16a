// SPDX-License-Identifier: Apache-2.0
// toopher-admin: the command line, and what it prints.
#include <getopt.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "api/json.h"
#include "api/objects.h"
#include "base/text.h"
#include "config.h"
#include "server/admin.h"
#include "server/server_config.h"
#include "server/setup.h"

namespace {

using namespace toopher;
using namespace toopher::server;

constexpr int kFailed = 1;
constexpr int kUsageError = 2;
constexpr int kNoSuchUser = 3;

constexpr const char* kHelp =
    "Usage: toopher-admin --config FILE [--json] users\n"
    "       toopher-admin --config FILE [--json] show USER\n"
    "       toopher-admin --config FILE reset|enable|disable|unlock|recovery-codes USER\n"
    "\n"
    "Looks after the users of a toopherd, which may run meanwhile.\n"
    "\n"
    "  users                list them\n"
    "  show USER            phones, recovery codes, locks, and what waits for an answer\n"
    "  reset USER           remove pairings and recovery codes, and lift locks\n"
    "  disable USER         refuse every login, until: enable USER\n"
    "  unlock USER          accept codes and send pushes again at once\n"
    "  recovery-codes USER  make new recovery codes and print them; earlier ones end\n"
    "  --config FILE        the server's configuration\n"
    "  --json               with users and show\n"
    "  --help, --version    print this text, or the version\n"
    "\n"
    "exit status: 0 done, 1 failed, 2 wrong usage, 3 no such user. See toopher-admin(8).\n";

struct CommandLine {
  std::string config;
  bool json = false;
  const char* only_print = nullptr;
  std::string command;
  std::string user;
};

std::string shown(std::string_view text) {
  return sanitize_for_display(text);
}

std::string time_text(Millis at) {
  return api::api_time(at / kSecond) + " UTC";
}

std::string count_text(int count, const char* one, const char* more) {
  return std::to_string(count) + " " + (count == 1 ? one : more);
}

/// What is not as usual, each with `mark` in front.
std::string exceptions(const UserFacts& facts, const std::string& mark) {
  return (facts.user.enabled ? "" : mark + "disabled") + (facts.codes_locked ? mark + "codes locked" : "") +
         (facts.muted ? mark + "no pushes" : "");
}

std::string line_of(const UserFacts& facts) {
  return shown(facts.user.name) + ": " + count_text(facts.phones, "phone", "phones") + ", " +
         count_text(facts.recovery_codes, "recovery code", "recovery codes") + exceptions(facts, ", ") + "\n";
}

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

api::Json integer(std::int64_t value) {
  return api::Json(json_integer(value));
}

api::Json to_json(const UserFacts& facts) {
  api::Json object(json_object());
  const User& user = facts.user;
  api::set_member(object, "name", api::json_text(user.name));
  api::set_member(object, "enabled", api::Json(json_boolean(user.enabled)));
  api::set_member(object, "phones", integer(facts.phones));
  api::set_member(object, "recovery_codes", integer(facts.recovery_codes));
  api::set_member(object, "codes_locked", api::Json(json_boolean(facts.codes_locked)));
  api::set_member(object, "codes_locked_until", integer(user.codes_locked_until / kSecond));
  api::set_member(object, "no_pushes", api::Json(json_boolean(facts.muted)));
  api::set_member(object, "no_pushes_until", integer(user.muted_until / kSecond));
  api::set_member(object, "created", integer(user.created / kSecond));
  return object;
}

api::Json to_json(const PhoneFacts& phone) {
  api::Json object(json_object());
  api::set_member(object, "pairing", api::json_text(phone.pairing.id));
  api::set_member(object, "name", api::json_text(phone.name));
  api::set_member(object, "platform", api::json_text(phone.platform));
  api::set_member(object, "state", api::json_text(state_text(phone.pairing.state)));
  api::set_member(object, "since", integer(phone.pairing.modified / kSecond));
  return object;
}

api::Json to_json(const AuthenticationRequest& request) {
  api::Json object(json_object());
  api::set_member(object, "id", api::json_text(request.id));
  api::set_member(object, "action", api::json_text(request.action.name));
  api::set_member(object, "terminal", api::json_text(request.terminal.name));
  api::set_member(object, "created", integer(request.created / kSecond));
  return object;
}

template <class Items>
api::Json list_of(const Items& items) {
  api::Json list(json_array());
  for (const auto& item : items)
    if (json_array_append_new(list.get(), to_json(item).release()) != 0) throw std::bad_alloc();
  return list;
}

void print(const std::string& text) {
  (void)std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_users(const std::vector<UserFacts>& users, bool json) {
  if (json) return print(api::dump(list_of(users).get()) + "\n");
  for (const UserFacts& facts : users) print(line_of(facts));
}

void print_details(const UserDetails& details, bool json) {
  if (json) {
    const api::Json object = to_json(details.facts);
    api::set_member(object, "pairings", list_of(details.phones));
    api::set_member(object, "pending", list_of(details.pending));
    return print(api::dump(object.get()) + "\n");
  }
  const User& user = details.facts.user;
  print(line_of(details.facts) + "  known since " + time_text(user.created) + "\n");
  if (details.facts.codes_locked && user.codes_locked_until > user.codes_counted_from)
    print("  codes were locked until " + time_text(user.codes_locked_until) + "\n");
  if (details.facts.muted) print("  no pushes until " + time_text(user.muted_until) + "\n");
  for (const PhoneFacts& phone : details.phones)
    print("  phone " + shown(phone.name) + " (" + shown(phone.platform) +
          "): " + state_text(phone.pairing.state) + ", " + time_text(phone.pairing.modified) + "\n");
  for (const AuthenticationRequest& request : details.pending)
    print("  waits for an answer: " + shown(request.action.name) + " at " + shown(request.terminal.name) +
          ", " + time_text(request.created) + "\n");
}

void print_codes(const std::vector<Secret>& codes) {
  for (const Secret& code : codes) {
    const std::string_view digits = code.view();
    Secret line(digits.substr(0, 4));
    for (std::size_t at = 4; at < digits.size(); at += 4) {
      line.append("-");
      line.append(digits.substr(at, 4));
    }
    line.append("\n");
    (void)std::fwrite(line.view().data(), 1, line.size(), stdout);
  }
}

std::string operator_name() {
  const uid_t uid = ::geteuid();
  const passwd* const account = ::getpwuid(uid);
  std::string name = "toopher-admin, " + (account == nullptr ? std::to_string(uid) : account->pw_name);
  // Set by sudo for whoever may run this as another user anyway: a hint, not a proof.
  if (const char* const caller = std::getenv("SUDO_USER")) name += " for " + sanitize_for_display(caller);
  return name;
}

struct Command {
  const char* name;
  bool takes_user;
  bool prints_json;
  void (*run)(Admin& admin, const CommandLine& line);
};

constexpr std::array kCommands = {
    Command{"users", false, true,
            [](Admin& admin, const CommandLine& line) { print_users(admin.users(), line.json); }},
    Command{
        "show", true, true,
        [](Admin& admin, const CommandLine& line) { print_details(admin.details(line.user), line.json); }},
    Command{"reset", true, false, [](Admin& admin, const CommandLine& line) { admin.reset(line.user); }},
    Command{"enable", true, false,
            [](Admin& admin, const CommandLine& line) { admin.set_enabled(line.user, true); }},
    Command{"disable", true, false,
            [](Admin& admin, const CommandLine& line) { admin.set_enabled(line.user, false); }},
    Command{"unlock", true, false, [](Admin& admin, const CommandLine& line) { admin.unlock(line.user); }},
    Command{"recovery-codes", true, false,
            [](Admin& admin, const CommandLine& line) { print_codes(admin.new_recovery_codes(line.user)); }},
};

int usage_error(const std::string& message) {
  (void)std::fprintf(stderr, "toopher-admin: %s; see toopher-admin --help\n", message.c_str());
  return kUsageError;
}

/// False after an unknown or incomplete option, of which getopt has told.
bool parse(int argc, char** argv, CommandLine& line) {
  enum Option : int { kConfig = 256, kJson, kHelpOption, kVersion };
  static const option kOptions[] = {{"config", required_argument, nullptr, kConfig},
                                    {"json", no_argument, nullptr, kJson},
                                    {"help", no_argument, nullptr, kHelpOption},
                                    {"version", no_argument, nullptr, kVersion},
                                    {nullptr, 0, nullptr, 0}};
  for (int found = 0; (found = ::getopt_long(argc, argv, "", kOptions, nullptr)) != -1;) {
    if (found == kConfig) {
      line.config = optarg;
    } else if (found == kJson) {
      line.json = true;
    } else if (found == kHelpOption) {
      line.only_print = kHelp;
    } else if (found == kVersion) {
      line.only_print = "toopher-admin (pam_toopher) " PACKAGE_VERSION "\n";
    } else {
      return false;
    }
  }
  if (optind < argc) line.command = argv[optind++];
  if (optind < argc) line.user = argv[optind++];
  return optind >= argc;
}

int carry_out(const Command& command, const CommandLine& line) {
  const ServerConfig config = load_server_config(line.config);
  Alone database(config, load_sealing_key(config.key_file));
  Admin admin(database, operator_name());
  try {
    command.run(admin, line);
    return 0;
  } catch (const Refused& refused) {
    const bool unknown = refused.error().code == api::error_code::kUnknownUser;
    (void)std::fprintf(stderr, "toopher-admin: %s\n",
                       unknown ? ("there is no user " + shown(line.user)).c_str() : refused.what());
    return unknown ? kNoSuchUser : kFailed;
  }
}

int run(int argc, char** argv) {
  CommandLine line;
  if (!parse(argc, argv, line)) return usage_error("wrong usage");
  if (line.only_print != nullptr) {
    print(line.only_print);
    return 0;
  }
  const auto* command = std::find_if(kCommands.begin(), kCommands.end(),
                                     [&line](const Command& one) { return line.command == one.name; });
  if (command == kCommands.end()) return usage_error("a command is needed");
  if (command->takes_user == line.user.empty())
    return usage_error(line.command + (command->takes_user ? " needs a user" : " takes no user"));
  if (line.json && !command->prints_json) return usage_error("--json goes with users and show");
  if (line.config.empty()) return usage_error("--config is needed");
  return carry_out(*command, line);
}

}  // namespace

int main(int argc, char** argv) {
  ::umask(077);
  try {
    const int status = run(argc, argv);
    if (std::fflush(stdout) == 0) return status;
    (void)std::fputs("toopher-admin: the output cannot be written\n", stderr);
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "toopher-admin: %s\n", error.what());
  }
  return kFailed;
}
