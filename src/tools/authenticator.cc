// SPDX-License-Identifier: Apache-2.0
// toopher-authenticator: the phone, in a terminal. Reads the command line and maps errors to exit statuses.
#include <getopt.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "config.h"
#include "tools/authenticator_commands.h"
#include "tools/failure.h"
#include "tools/terminal.h"

using namespace toopher;
using namespace toopher::tools;

namespace {

constexpr const char* kUsage = R"(usage: toopher-authenticator [--state DIR] COMMAND

  pair [--server URL] [--name NAME] [--ca-file FILE] [--yes]
                     print a phrase for toopher-pair, wait, and ask about the pairing
  pair --link URL [--name NAME] [--ca-file FILE] [--yes]
                     join by a link that a computer or an administrator made
  watch              show logins as they come, and ask about each
  pending            list what waits for an answer
  approve [ID] [--number N] [--remember DAYS] [--wait SECONDS]
  deny [ID] [--not-me] [--wait SECONDS]
                     answer one login; without ID the only one there is
  otp [--user NAME] [--pairing ID] [--quiet]
                     print a one-time code, also without network
  list               list the pairings of this device
  rules [remove ID]  list what is allowed without asking, or end one of it

  --server URL       needed once, by the first pair: https://login.example.org
  --state DIR        keys and pairings (default: ~/.local/share/toopher-authenticator)

exit status: 0 done, 1 denied or failed, 2 wrong command line, 3 server not reachable
)";

constexpr std::uint64_t kLongestWait = 3600;
constexpr std::uint64_t kMostDays = 365;

enum Option : int {
  kServer = 256,
  kName,
  kCaFile,
  kLink,
  kState,
  kYes,
  kNumber,
  kNotMe,
  kRemember,
  kWait,
  kPairing,
  kUser,
  kQuiet,
  kHelp,
  kVersion
};

constexpr std::array<option, 16> kOptions = {{{"server", required_argument, nullptr, kServer},
                                              {"name", required_argument, nullptr, kName},
                                              {"ca-file", required_argument, nullptr, kCaFile},
                                              {"link", required_argument, nullptr, kLink},
                                              {"state", required_argument, nullptr, kState},
                                              {"yes", no_argument, nullptr, kYes},
                                              {"number", required_argument, nullptr, kNumber},
                                              {"not-me", no_argument, nullptr, kNotMe},
                                              {"remember", required_argument, nullptr, kRemember},
                                              {"wait", required_argument, nullptr, kWait},
                                              {"pairing", required_argument, nullptr, kPairing},
                                              {"user", required_argument, nullptr, kUser},
                                              {"quiet", no_argument, nullptr, kQuiet},
                                              {"help", no_argument, nullptr, kHelp},
                                              {"version", no_argument, nullptr, kVersion},
                                              {nullptr, 0, nullptr, 0}}};

struct Command {
  std::string_view name;
  int (*run)(const StateDirectory&, const CommandOptions&);
  std::string_view options;  ///< names between blanks, besides --state
  std::size_t most_words;    ///< behind the command
};
constexpr std::array<Command, 8> kCommands = {{{"pair", run_pair, " server name ca-file link yes ", 0},
                                               {"watch", run_watch, "", 0},
                                               {"pending", run_pending, "", 0},
                                               {"approve", run_approve, " number remember wait ", 1},
                                               {"deny", run_deny, " not-me wait ", 1},
                                               {"otp", run_otp, " user pairing quiet ", 0},
                                               {"list", run_list, "", 0},
                                               {"rules", run_rules, "", 2}}};

struct CommandLine {
  std::string state;
  CommandOptions options;
  std::string given;  ///< names of the options, between blanks
  std::vector<std::string> words;
  bool help = false;
  bool version = false;
};

std::chrono::seconds wait_from(const char* text) {
  const auto value = parse_decimal(text, kLongestWait);
  if (!value) throw UsageError("--wait takes seconds, 0 to " + std::to_string(kLongestWait));
  return std::chrono::seconds(*value);
}

int days_from(const char* text) {
  const auto value = parse_decimal(text, kMostDays);
  if (!value || *value == 0) throw UsageError("--remember takes days, 1 to " + std::to_string(kMostDays));
  return static_cast<int>(*value);
}

void take_option(CommandLine& line, int option) {
  CommandOptions& options = line.options;
  switch (option) {
    case kServer:
      options.registration.server = optarg;
      break;
    case kName:
      options.registration.name = optarg;
      break;
    case kCaFile:
      options.registration.ca_file = optarg;
      break;
    case kLink:
      options.link = optarg;
      break;
    case kState:
      line.state = optarg;
      break;
    case kYes:
      options.yes = true;
      break;
    case kNumber:
      options.number = optarg;
      break;
    case kNotMe:
      options.not_me = true;
      break;
    case kRemember:
      options.remember_days = days_from(optarg);
      break;
    case kWait:
      options.wait = wait_from(optarg);
      break;
    case kPairing:
      options.pairing = optarg;
      break;
    case kUser:
      options.user = optarg;
      break;
    case kQuiet:
      options.quiet = true;
      break;
    case kHelp:
      line.help = true;
      break;
    case kVersion:
      line.version = true;
      break;
    default:
      throw UsageError("See toopher-authenticator --help.");
  }
}

CommandLine read_command_line(int argc, char** argv) {
  CommandLine line;
  int index = 0;
  for (int option = 0; (option = ::getopt_long(argc, argv, "", kOptions.data(), &index)) != -1;) {
    take_option(line, option);
    if (option != kState) line.given += std::string(kOptions[static_cast<std::size_t>(index)].name) + " ";
  }
  line.words.assign(argv + optind, argv + argc);
  return line;
}

const Command& command_of(const CommandLine& line) {
  if (line.words.empty())
    throw UsageError("Name a command: pair, watch, pending, approve, deny, otp, list or rules (see --help).");
  for (const Command& command : kCommands)
    if (command.name == line.words.front()) return command;
  throw UsageError("There is no command \"" + sanitize_for_display(line.words.front()) + "\" (see --help).");
}

void check_fits(const CommandLine& line, const Command& command) {
  for (const std::string_view given : split(trim(line.given), ' '))
    if (!given.empty() && command.options.find(" " + std::string(given) + " ") == std::string_view::npos)
      throw UsageError("--" + std::string(given) + " does not belong to " + std::string(command.name) +
                       " (see --help).");
  if (line.words.size() > command.most_words + 1)
    throw UsageError("\"" + sanitize_for_display(line.words.back()) + "\" is too much for " +
                     std::string(command.name) + " (see --help).");
}

StateDirectory state_directory(const std::string& given) {
  if (given.empty()) return StateDirectory::of_this_user();
  if (given.front() == '/') return StateDirectory(given);
  const std::unique_ptr<char, decltype(&std::free)> here(::getcwd(nullptr, 0), &std::free);
  if (!here) throw Failure("The current directory cannot be found; give --state an absolute path.");
  return StateDirectory(std::string(here.get()) + "/" + given);
}

int run(int argc, char** argv) {
  CommandLine line = read_command_line(argc, argv);
  if (line.help) {
    say(kUsage);
    return exit_status::kOk;
  }
  if (line.version) {
    say("toopher-authenticator " PACKAGE_VERSION "\n");
    return exit_status::kOk;
  }
  const Command& command = command_of(line);
  check_fits(line, command);
  line.options.words.assign(line.words.begin() + 1, line.words.end());
  if (line.words.size() == 2) line.options.id = to_lower_ascii(line.words.back());
  return command.run(state_directory(line.state), line.options);
}

}  // namespace

int main(int argc, char** argv) {
  wipe_json_memory();
  return exit_status_of(run, argc, argv);
}
