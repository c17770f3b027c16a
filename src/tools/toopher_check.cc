// SPDX-License-Identifier: Apache-2.0
// toopher-check: looks over an installation before it locks anybody out. The order of the looks is here.
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>

#include "config.h"
#include "helper/reach.h"
#include "tools/check_command_line.h"
#include "tools/check_files.h"
#include "tools/check_finding.h"
#include "tools/check_installation.h"
#include "tools/check_login.h"
#include "tools/check_server.h"
#include "tools/check_services.h"
#include "tools/check_sshd.h"
#include "tools/check_upgrade.h"
#include "tools/failure.h"
#include "tools/terminal.h"

using namespace toopher;
using namespace toopher::tools;

namespace {

constexpr unsigned kColumns = 100;

/// Of the terminal, where output goes to one; never too narrow to read.
unsigned columns() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kColumns;
  return std::clamp<unsigned>(size.ws_col, 50, kColumns);
}

/// Whether a key alone lets in; false where sshd could not be asked.
bool look_at_sshd(Findings& findings, const CheckCommandLine& line, const Service& service,
                  Configurations& configurations) {
  const auto settings = ask_sshd({line.sshd, line.sshd_config, line.user});
  if (!settings) {
    findings.info(
        Area::sshd, line.sshd + " -T said nothing, so sshd's settings were not looked at",
        "Run toopher-check as root; \"" + line.sshd + " -t\" says what is wrong with sshd's configuration.");
    return false;
  }
  const config::Config* const config = configurations.look_at(line.config);
  return judge_sshd(findings, *settings, service.verdict,
                    config == nullptr ? config::Options().push_timeout : config->options.push_timeout);
}

int check(const CheckCommandLine& line) {
  Findings findings;
  Configurations configurations(findings);
  const config::Config* const config = configurations.look_at(line.config);
  check_helper(findings, line.helper);
  if (config != nullptr) check_servers(findings, line.config, *config, line.helper, line.user);
  const Services services(PamFiles(line.pam_directories));
  services.report(findings, configurations);
  check_socket(findings, helper::kServiceSocket, services.unprivileged());
  bool key_alone = false;
  if (const Service* const sshd = services.find("sshd"))
    key_alone = look_at_sshd(findings, line, *sshd, configurations);
  services.report_ways_in(findings, key_alone);
  report_upgrade(findings, {earlier_pairings(), services.has_earlier_argument(),
                            configurations.some_without_failure_policy()});
  say(line.json ? findings.json() : findings.text(columns()));
  return findings.exit_status();
}

int run(int argc, char** argv) {
  const CheckCommandLine line = read_check_command_line(argc, argv);
  switch (line.action) {
    case CheckCommandLine::Action::help:
      say(kCheckUsage);
      return 0;
    case CheckCommandLine::Action::version:
      say("toopher-check " PACKAGE_VERSION "\n");
      return 0;
    case CheckCommandLine::Action::login:
      return try_login(PamFiles(line.pam_directories), line.service, line.user) ? 0 : 2;
    case CheckCommandLine::Action::check:
      break;
  }
  return check(line);
}

/// The tools' own statuses mean something else here.
int run_with_statuses(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const UsageError& error) {
    throw Failure(error.what(), kCheckUsageStatus);
  } catch (const Failure&) {
    throw;
  } catch (const std::exception& error) {
    throw Failure(error.what(), 2);
  }
}

}  // namespace

int main(int argc, char** argv) {
  return exit_status_of(run_with_statuses, argc, argv);
}
