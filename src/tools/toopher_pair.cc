// SPDX-License-Identifier: Apache-2.0
// toopher-pair: pairs an account of this machine with a phone or a code app, and makes it recovery codes. Reads the command line
// and the configuration.
#include <getopt.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <string>

#include "api/approved_action.h"
#include "base/file.h"
#include "base/text.h"
#include "config.h"
#include "config/config.h"
#include "helper/reach.h"
#include "tools/code_app.h"
#include "tools/failure.h"
#include "tools/offline_codes.h"
#include "tools/pairing.h"
#include "tools/recovery_codes.h"
#include "tools/terminal.h"

using namespace toopher;
using namespace toopher::tools;

namespace {

constexpr const char* kUsage = R"(usage: toopher-pair [OPTIONS]
Pairs an account with a phone: open the server's address there (or run
"toopher-authenticator pair"), and type the phrase that it shows, or press Enter
and scan the code. Or adds a code app, or makes new recovery codes.

  --user NAME       the account (default: yours, also under sudo)
  --code-app        no phone: show a link and a QR code for a code app (Aegis,
                    FreeOTP, Google Authenticator), and try one of its codes
  --recovery-codes  no pairing: make new recovery codes, and show them once
  --offline-codes   no pairing: make new offline codes of this host, and show
                    them once
  --phrase PHRASE   the phrase (asked for otherwise)
  --link            show a link for the phone instead of asking for a phrase
  --no-qr           with --link or --code-app: no QR code of it on a terminal
  --host-specific   pair for this host only: the server knows NAME@HOST
  --shared          pair for all hosts of the server: it knows NAME
                    (default: what user-name in the configuration says)
  --no-code-test    do not ask for a one-time code at the end
  --config FILE     another configuration
  --helper PATH     another toopher-helper (not as root)

exit status: 0 paired, 1 failed, 2 wrong command line, 3 server not reachable
(--code-app: or an answer was lost), 4 denied, 5 not answered in time, 6 wrong
phrase, 7 paired but no right code (--code-app: not added), 8 not approved
)";

constexpr std::chrono::seconds kHelperStart{5};

enum Option : int {
  kUser = 256,
  kPhrase,
  kLink,
  kNoQr,
  kCodeApp,
  kRecoveryCodes,
  kOfflineCodes,
  kHostSpecific,
  kShared,
  kNoCodeTest,
  kConfig,
  kHelper,
  kHelp,
  kVersion
};

constexpr std::array<option, 15> kOptions = {{{"user", required_argument, nullptr, kUser},
                                              {"phrase", required_argument, nullptr, kPhrase},
                                              {"link", no_argument, nullptr, kLink},
                                              {"no-qr", no_argument, nullptr, kNoQr},
                                              {"code-app", no_argument, nullptr, kCodeApp},
                                              {"recovery-codes", no_argument, nullptr, kRecoveryCodes},
                                              {"offline-codes", no_argument, nullptr, kOfflineCodes},
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
  bool link = false;
  bool qr = true;
  bool code_test = true;
  bool code_app = false;
  bool recovery_codes = false;
  bool offline_codes = false;
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
    case kLink:
      line.link = true;
      break;
    case kNoQr:
      line.qr = false;
      break;
    case kCodeApp:
      line.code_app = true;
      break;
    case kRecoveryCodes:
      line.recovery_codes = true;
      break;
    case kOfflineCodes:
      line.offline_codes = true;
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
  if (line.recovery_codes && !line.phrase.empty())
    throw UsageError("--recovery-codes pairs nothing, so it takes no --phrase.");
  if (line.offline_codes && (line.recovery_codes || !line.phrase.empty()))
    throw UsageError("--offline-codes does nothing else, so it takes no --recovery-codes or --phrase.");
  if (line.link && (line.recovery_codes || line.offline_codes || !line.phrase.empty()))
    throw UsageError("--link pairs by a link, so it takes no --phrase, --recovery-codes or --offline-codes.");
  if (line.code_app && (line.link || line.recovery_codes || line.offline_codes || !line.phrase.empty()))
    throw UsageError(
        "--code-app does nothing else, so it takes no --phrase, --link, --recovery-codes or "
        "--offline-codes.");
  if (line.code_app && !line.code_test)
    throw UsageError("--code-app adds no app without a code of it, so it takes no --no-code-test.");
  if (!line.qr && !line.link && !line.code_app) throw UsageError("--no-qr goes with --link or --code-app.");
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

/// What all uses of the program share: whom it is about, and helpers to talk to.
class Desk {
 public:
  explicit Desk(const CommandLine& line) : line_(line) {
    const config::Config config = read_config(line.config);
    subject_.host = host_name();
    subject_.user =
        config::expand_user_name(line.user_pattern.empty() ? config.options.user_name : line.user_pattern,
                                 account_name(line.user), subject_.host);
    subject_.network_timeout = config.api.timeout;
  }

  [[nodiscard]] const Subject& subject() const { return subject_; }
  [[nodiscard]] std::string shown_user() const { return sanitize_for_display(subject_.user); }
  [[nodiscard]] LineInput& input() { return input_; }
  /// A session of its own for each purpose: a helper takes one login.
  [[nodiscard]] HelperTalk talk() const {
    const bool own_files =
        line_.config != config::kDefaultConfigFile || line_.helper != helper::kInstalledHelper;
    return {helper::reach({line_.config, line_.helper, !own_files}, Deadline::after(clock_, kHelperStart),
                          clock_),
            clock_};
  }
  [[nodiscard]] Approval approval(std::string_view action) { return {talk(), subject_, action, input_}; }

 private:
  const CommandLine& line_;
  Subject subject_;
  SteadyClock clock_;
  LineInput input_;
};

/// A code proves that logins work while the phone has no network; with it the first recovery codes are approved.
void try_code(Desk& desk, bool first_factor) {
  say(first_factor
          ? "Now the way without network: have the phone show a one-time code. Typed here it also approves\n"
            "recovery codes for the day when the phone is lost.\n"
          : "Now the way without network: have the new phone show a one-time code.\n");
  const std::string id =
      desk.approval(first_factor ? api::approved_action::kNewRecoveryCodes : "pair").ask_for_code_of_phone();
  say("The code is right: logins work also while the phone has no network.\n");
  if (!first_factor) return;
  try {
    (void)make_recovery_codes(desk.talk(), desk.subject(), id);
  } catch (const Failure& failure) {
    // The pairing is made all the same, and other servers have no recovery codes.
    complain(std::string("No recovery codes were made. ") + failure.what());
  }
}

Pairing::Way way_of(const CommandLine& line) {
  if (!line.link) return Pairing::Way::phrase;
  return line.qr ? Pairing::Way::link_and_qr : Pairing::Way::link;
}

int pair(const CommandLine& line) {
  Desk desk(line);
  Pairing pairing(
      desk.talk(), desk.subject(), way_of(line), line.phrase,
      [&desk] { return desk.approval(api::approved_action::kPairAnother).ask(); }, desk.input());
  say("Pairing " + desk.shown_user() + " with a phone.\n");
  pairing.make();
  say("Paired: " + desk.shown_user() + ".\n");
  if (line.code_test) try_code(desk, !pairing.was_approved());
  return exit_status::kOk;
}

int add_code_app(const CommandLine& line) {
  Desk desk(line);
  const auto approve = [&desk] {
    return desk.approval(api::approved_action::kAddToken)
        .ask_if_there_is_a_factor(
            "This account has a second factor already. A code app has to be approved with it.\n");
  };
  CodeApp app(desk.talk(), desk.subject(), line.qr, approve, desk.input());
  say("Adding a code app for " + desk.shown_user() + ".\n");
  app.add();
  say("The code is right: the app's codes are good for logins of " + desk.shown_user() + ".\n");
  if (app.is_first_factor())
    say("Make recovery codes for the day when it is lost: toopher-pair --recovery-codes\n");
  return exit_status::kOk;
}

int renew_recovery_codes(const CommandLine& line) {
  Desk desk(line);
  say("Making new recovery codes for " + desk.shown_user() + ". Earlier ones end with that.\n");
  if (make_recovery_codes(desk.talk(), desk.subject(), {})) return exit_status::kOk;
  const std::string id = desk.approval(api::approved_action::kNewRecoveryCodes).ask();
  (void)make_recovery_codes(desk.talk(), desk.subject(), id);
  return exit_status::kOk;
}

int renew_offline_codes(const CommandLine& line) {
  const Desk desk(line);
  say("Making new offline codes for " + desk.shown_user() +
      ". Earlier ones of this computer end with that.\n");
  make_offline_codes(desk.talk(), desk.subject());
  return exit_status::kOk;
}

int run(int argc, char** argv) {
  const CommandLine line = read_command_line(argc, argv);
  if (line.only_print == nullptr) {
    if (line.code_app) return add_code_app(line);
    if (line.offline_codes) return renew_offline_codes(line);
    return line.recovery_codes ? renew_recovery_codes(line) : pair(line);
  }
  say(line.only_print);
  return exit_status::kOk;
}

}  // namespace

int main(int argc, char** argv) {
  return exit_status_of(run, argc, argv);
}
