// SPDX-License-Identifier: Apache-2.0
#include "tools/check_upgrade.h"

#include <pwd.h>
#include <sys/stat.h>

#include <cstdio>
#include <memory>

namespace toopher::tools {
namespace {

constexpr std::size_t kMostNamed = 3;

struct CloseFile {
  void operator()(std::FILE* file) const { (void)std::fclose(file); }
};

std::string some_of(const std::vector<std::string>& files) {
  std::string text;
  for (std::size_t i = 0; i < files.size() && i < kMostNamed; ++i) text += (i == 0 ? "" : ", ") + files[i];
  if (files.size() > kMostNamed) text += " and " + std::to_string(files.size() - kMostNamed) + " more";
  return text;
}

}  // namespace

std::vector<std::string> earlier_pairings() {
  std::vector<std::string> found;
  // Not getpwent(3): a directory service may have a hundred thousand accounts.
  const std::unique_ptr<std::FILE, CloseFile> accounts(std::fopen("/etc/passwd", "re"));
  if (!accounts) return found;
  while (const passwd* const entry =
             ::fgetpwent(accounts.get())) {  // NOLINT(concurrency-mt-unsafe): one thread
    const std::string path = std::string(entry->pw_dir) + "/.toopher";
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0) found.push_back(path);
  }
  return found;
}

void report_upgrade(Findings& findings, const EarlierTraces& traces) {
  const bool all = traces.argument || !traces.pairings.empty();
  if (all || traces.no_failure_policy)
    findings.info(
        Area::upgrade,
        "failure-policy is deny unless the configuration says otherwise: without a server nobody who needs "
        "the factor gets in (the earlier module let in)",
        "Write failure-policy = deny or allow, so that it is plain which you mean.");
  if (!all) return;
  findings.info(
      Area::upgrade,
      "a pairing in ~/.toopher counts only with pairing-source = file; otherwise the server knows who is "
      "paired" +
          (traces.pairings.empty() ? std::string() : ". Found: " + some_of(traces.pairings)),
      "Pair by toopher-pair(1), or set pairing-source = file: any process of a user can replace that file.");
  findings.info(
      Area::upgrade,
      "whose pairing was removed (707) or whose factor was switched off (704) no longer gets in; the earlier "
      "module let in",
      "Put people who shall have no second factor into excluded-group.");
  if (traces.argument)
    findings.info(
        Area::upgrade,
        "the argument config_fail_closed has no effect any more: a wrong configuration always denies",
        "Remove it from the services.");
}

}  // namespace toopher::tools
