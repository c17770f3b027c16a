// SPDX-License-Identifier: Apache-2.0
// toopher-pair: pairs an account of this machine with a phone. Reads the command line and the configuration.
#include <getopt.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <string>

#include "base/file.h"
#include "base/text.h"
#include "config.h"
#include "config/config.h"
#include "helper/reach.h"
#include "tools/failure.h"
#include "tools/pairing.h"
#include "tools/terminal.h"

using namespace toopher;
using namespace toopher::tools;

namespace {

constexpr const char* kUsage = R"(usage: toopher-pair [OPTIONS]
Pairs an account with a phone: run "toopher-authenticator pair" there, and type
the phrase that it shows.

  --user NAME       the account (default: yours, also under sudo)
  --phrase PHRASE   the phrase (asked for otherwise)
  --host-specific   pair for this host only: the server knows NAME@HOST
  --shared          pair for all hosts of the server: it knows NAME
                    (default: what user-name in the configuration says)
  --no-code-test    do not ask for a one-time code at the end
  --config FILE     another configuration
  --helper PATH     another toopher-helper (not as root)

exit status: 0 paired, 1 failed, 2 wrong command line, 3 server not reachable,
4 denied, 5 not answered in time, 6 wrong phrase, 7 paired but no right code
)";

constexpr std::chrono::seconds kHelperStart{5};

enum Option : int {
  kUser = 256,
  kPhrase,
  kHostSpecific,
  kShared,
  kNoCodeTest,
  kConfig,
  kHelper,
  kHelp,
  kVersion
};

constexpr std::array<option, 10> kOptions = {{{"user", required_argument, nullptr, kUser},
                                              {"phrase", required_argument, nullptr, kPhrase},
                                              {"host-specific", no_argument, nullptr, kHostSpecific},
                                              {"shared", no_argument, nullptr, kShared},
                                              {"no-code-test", no_argument, nullptr, kNoCodeTest},
                                              {"config", required_argument, nullptr, kConfig},
                                              {"helper", required_argument, nullptr, kHelper},
                                              {"help", no_argument, nullptr, kHelp},
                                              {"version", no_argument, nullptr, kVersion},
                                              {nullptr, 0, nullptr, 0}}};

struct CommandLine {
  std::string user;
  std::string phrase;
  std::string user_pattern;  ///< empty: as configured
  std::string config = config::kDefaultConfigFile;
  std::string helper = helper::kInstalledHelper;
  bool code_test = true;
  const char* only_print = nullptr;
};

void set_pattern(CommandLine& line, const char* pattern) {
  if (!line.user_pattern.empty() && line.user_pattern != pattern)
    throw UsageError("--shared and --host-specific exclude each other.");
  line.user_pattern = pattern;
}

void set_helper(CommandLine& line, const char* path) {
  if (!caller_may_own_files()) throw UsageError("--helper is not for root.");
  line.helper = path;
}

void take_option(CommandLine& line, int option) {
  switch (option) {
    case kUser:
      line.user = optarg;
      break;
    case kPhrase:
      line.phrase = optarg;
      break;
    case kHostSpecific:
      set_pattern(line, "%u@%h");
      break;
    case kShared:
      set_pattern(line, "%u");
      break;
    case kNoCodeTest:
      line.code_test = false;
      break;
    case kConfig:
      line.config = optarg;
      break;
    case kHelper:
      set_helper(line, optarg);
      break;
    case kHelp:
      line.only_print = kUsage;
      break;
    case kVersion:
      line.only_print = "toopher-pair " PACKAGE_VERSION "\n";
      break;
    default:
      throw UsageError("See toopher-pair --help.");
  }
}

CommandLine read_command_line(int argc, char** argv) {
  CommandLine line;
  for (int option = 0; (option = ::getopt_long(argc, argv, "", kOptions.data(), nullptr)) != -1;)
    take_option(line, option);
  if (optind < argc)
    throw UsageError("\"" + sanitize_for_display(argv[optind]) + "\" is too much (see --help).");
  return line;
}

/// Under sudo the person who called it, not root. Only a default: it is shown here and on the phone.
std::string invoking_user() {
  const char* const sudo_user = std::getenv("SUDO_USER");
  if (::getuid() == 0 && sudo_user != nullptr && *sudo_user != '\0') return sudo_user;
  const passwd* const entry = ::getpwuid(::getuid());
  if (entry == nullptr) throw UsageError("You have no account here; name one with --user.");
  return entry->pw_name;
}

/// The name as the account database has it.
std::string account_name(const std::string& typed) {
  const std::string name = typed.empty() ? invoking_user() : typed;
  const passwd* const entry = ::getpwnam(name.c_str());
  if (entry == nullptr)
    throw UsageError("There is no account \"" + sanitize_for_display(name) + "\" on this machine.");
  return entry->pw_name;
}

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0')
    throw Failure("This machine has no host name.");
  return name.data();
}

config::Config read_config(const std::string& file) {
  try {
    return config::parse_config(read_checked(file, rules_for_this_process()).view(), file);
  } catch (const FileError& error) {
    throw Failure(std::string(error.what()) +
                  (::geteuid() == 0 ? "" : ". To use the configuration of this machine: sudo toopher-pair"));
  }
}

int pair(const CommandLine& line) {
  const config::Config config = read_config(line.config);
  const std::string host = host_name();
  const std::string account = account_name(line.user);
  const std::string user = config::expand_user_name(
      line.user_pattern.empty() ? config.options.user_name : line.user_pattern, account, host);
  const SteadyClock clock;
  const bool own_files = line.config != config::kDefaultConfigFile || line.helper != helper::kInstalledHelper;
  Pairing pairing(
      helper::reach({line.config, line.helper, !own_files}, Deadline::after(clock, kHelperStart), clock),
      {user, line.phrase, host, config.api.timeout}, clock);
  say("Pairing " + sanitize_for_display(user) + " with a phone.\n");
  pairing.make();
  say("Paired: " + sanitize_for_display(user) + ".\n");
  if (line.code_test) {
    pairing.prove_code();
    say("The code is right: logins work also while the phone has no network.\n");
  }
  return exit_status::kOk;
}

int run(int argc, char** argv) {
  const CommandLine line = read_command_line(argc, argv);
  if (line.only_print == nullptr) return pair(line);
  say(line.only_print);
  return exit_status::kOk;
}

}  // namespace

int main(int argc, char** argv) {
  return exit_status_of(run, argc, argv);
}
