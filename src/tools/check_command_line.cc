// SPDX-License-Identifier: Apache-2.0
#include "tools/check_command_line.h"

#include <getopt.h>

#include <array>

#include "base/file.h"
#include "base/text.h"
#include "config/config.h"
#include "helper/launch.h"
#include "tools/failure.h"

namespace toopher::tools {
namespace {

enum Option : int {
  kConfig = 256,
  kPamDir,
  kSshd,
  kSshdConfig,
  kUser,
  kHelper,
  kJson,
  kLogin,
  kHelp,
  kVersion
};

constexpr std::array<option, 11> kOptions = {{{"config", required_argument, nullptr, kConfig},
                                              {"pam-dir", required_argument, nullptr, kPamDir},
                                              {"sshd", required_argument, nullptr, kSshd},
                                              {"sshd-config", required_argument, nullptr, kSshdConfig},
                                              {"user", required_argument, nullptr, kUser},
                                              {"helper", required_argument, nullptr, kHelper},
                                              {"json", no_argument, nullptr, kJson},
                                              {"login", no_argument, nullptr, kLogin},
                                              {"help", no_argument, nullptr, kHelp},
                                              {"version", no_argument, nullptr, kVersion},
                                              {nullptr, 0, nullptr, 0}}};

void set_helper(CheckCommandLine& line, const char* path) {
  if (!caller_may_own_files()) throw UsageError("--helper is not for root.");
  line.helper = path;
}

void take_option(CheckCommandLine& line, int option) {
  switch (option) {
    case kConfig:
      line.config = optarg;
      break;
    case kPamDir:
      line.pam_directories.emplace_back(optarg);
      break;
    case kSshd:
      line.sshd = optarg;
      break;
    case kSshdConfig:
      line.sshd_config = optarg;
      break;
    case kUser:
      line.user = optarg;
      break;
    case kHelper:
      set_helper(line, optarg);
      break;
    case kJson:
      line.json = true;
      break;
    case kLogin:
      line.action = CheckCommandLine::Action::login;
      break;
    case kHelp:
      line.action = CheckCommandLine::Action::help;
      break;
    case kVersion:
      line.action = CheckCommandLine::Action::version;
      break;
    default:
      throw UsageError("See toopher-check --help.");
  }
}

void take_login(CheckCommandLine& line, int argc, char** argv) {
  if (argc - optind != 2) throw UsageError("--login needs a service and a user (see --help).");
  if (line.json || !line.user.empty()) throw UsageError("--login goes with neither --json nor --user.");
  line.service = argv[optind++];
  line.user = argv[optind++];
  if (line.service.find('/') != std::string::npos) throw UsageError("A service has a name, not a path.");
}

}  // namespace

const char* const kCheckUsage = R"(usage: toopher-check [OPTIONS]
       toopher-check --login [OPTIONS] SERVICE USER
Looks over an installation of pam_toopher and says what is wrong with it. Run it
as root before you close your root shell. It changes nothing.

  --user USER         what sshd and the servers say of this account
  --json              for programs
  --config FILE       another configuration
  --pam-dir DIR       instead of /etc/pam.d and /usr/lib/pam.d; may be repeated
  --sshd PROGRAM      the sshd to ask for its settings
  --sshd-config FILE  its configuration
  --helper FILE       another toopher-helper (not as root)
  --login             try a login: a real push or code, nothing under /etc

exit status: 0 fine, 1 warnings, 2 errors (or the login was refused), 64 usage
)";

CheckCommandLine read_check_command_line(int argc, char** argv) {
  CheckCommandLine line;
  line.config = config::kDefaultConfigFile;
  line.helper = helper::kInstalledHelper;
  line.sshd = "/usr/sbin/sshd";
  for (int option = 0; (option = ::getopt_long(argc, argv, "", kOptions.data(), nullptr)) != -1;)
    take_option(line, option);
  if (line.action == CheckCommandLine::Action::login) take_login(line, argc, argv);
  if (optind < argc)
    throw UsageError("\"" + sanitize_for_display(argv[optind]) + "\" is too much (see --help).");
  if (line.pam_directories.empty()) line.pam_directories = {"/etc/pam.d", "/usr/lib/pam.d"};
  return line;
}

}  // namespace toopher::tools
