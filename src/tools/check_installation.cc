// SPDX-License-Identifier: Apache-2.0
#include "tools/check_installation.h"

#include <dlfcn.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "config.h"
#include "tools/check_files.h"

namespace toopher::tools {
namespace {

constexpr const char* kInstall = "Install pam_toopher (make install).";

void check_helper_user(Findings& findings) {
  const passwd* const entry = ::getpwnam(HELPER_USER);  // NOLINT(concurrency-mt-unsafe): one thread
  if (entry != nullptr && (entry->pw_uid == 0 || entry->pw_gid == 0)) {
    findings.error(Area::installation,
                   "the user " HELPER_USER " is root, or in root's group; the helper refuses that",
                   "Give " HELPER_USER " a uid and a group of its own.");
  } else if (entry != nullptr) {
    findings.ok(Area::installation, "the helper's user " HELPER_USER " exists");
  } else if (caller_may_own_files()) {
    findings.info(Area::installation,
                  "the user " HELPER_USER " does not exist; only root's programs need it, you are not root");
  } else {
    findings.error(
        Area::installation, "the user " HELPER_USER ", which the helper runs as, does not exist",
        "useradd --system --user-group --home-dir /nonexistent --shell /usr/sbin/nologin " HELPER_USER);
  }
}

}  // namespace

void check_helper(Findings& findings, const std::string& program) {
  check_helper_user(findings);
  if (!check_file(findings, Area::installation, program, rules_for_this_process(), kInstall)) return;
  if (::access(program.c_str(), X_OK) == 0) {
    findings.ok(Area::installation, program + " is installed");
  } else {
    findings.error(Area::installation, program + " cannot be executed", "chmod 755 " + shell_quoted(program));
  }
}

void check_socket(Findings& findings, const std::string& path, const std::string& needed_by) {
  struct stat status {};
  const bool there = ::stat(path.c_str(), &status) == 0;
  if (there && S_ISSOCK(status.st_mode) && status.st_uid == 0) {
    findings.ok(Area::installation, "the helper's socket " + path + " is there");
  } else if (there) {
    findings.error(Area::installation, path + " is not a socket of root's, so no program believes it",
                   "Remove it, and run: systemctl restart toopher-helper.socket");
  } else if (!needed_by.empty()) {
    findings.warning(Area::installation,
                     "the helper's socket " + path +
                         " is not there, and programs that do not run as root need it: " + needed_by,
                     "systemctl enable --now toopher-helper.socket");
  } else {
    findings.info(Area::installation,
                  "the helper's socket " + path +
                      " is not there; programs of root's start the helper themselves, screen "
                      "lockers cannot");
  }
}

std::string module_path(const std::string& module) {
  if (module.starts_with('/')) return module;
  Dl_info libpam{};
  if (::dladdr(reinterpret_cast<const void*>(&::pam_start), &libpam) == 0 || libpam.dli_fname == nullptr)
    return PAMDIR "/" + module;
  // Every distribution keeps the modules beside the library.
  const std::string library = libpam.dli_fname;
  return library.substr(0, library.rfind('/')) + "/security/" + module;
}

bool check_module(Findings& findings, const std::string& module) {
  const std::string path = module_path(module);
  if (::access(path.c_str(), F_OK) != 0 && !module.starts_with('/')) {
    const std::string elsewhere = PAMDIR "/" + module;
    const bool misplaced = ::access(elsewhere.c_str(), F_OK) == 0;
    findings.error(
        Area::installation, path + " does not exist, and that is where libpam looks for " + module,
        misplaced ? "It is in " PAMDIR "; build with --with-pamdir=" + path.substr(0, path.rfind('/')) + "."
                  : "Install the module (make install).");
    return false;
  }
  if (!check_file(findings, Area::installation, path, rules_for_this_process(), kInstall)) return false;
  findings.ok(Area::installation, path + " is installed");
  return true;
}

}  // namespace toopher::tools
