// SPDX-License-Identifier: Apache-2.0
// pam_toopher.so as libpam loads it: its helper, what it shows, what it leaves behind.
#include <dirent.h>
#include <dlfcn.h>
#include <malloc.h>
#include <security/pam_appl.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "pam/installation.h"
#include "with_cmocka.h"

namespace fs = std::filesystem;
using namespace installation;

namespace {

struct Row {
  const char* what;
  void (*spoil)();
  const char* arguments;
  int code;
  const char* log;  ///< part of the line
};

const Row kRows[] = {
    {"no server", [] {}, "", PAM_AUTHINFO_UNAVAIL, "outcome=unreachable"},
    {"no server, failure-policy = allow", [] {}, "failure_policy=allow", PAM_SUCCESS, "policy=allow"},
    {"no helper", [] {}, "failure_policy=allow helper=/nonexistent/toopher-helper", PAM_SERVICE_ERR,
     "/nonexistent/toopher-helper: does not exist"},
    {"a helper that ends at once", [] {}, "failure_policy=allow helper=/bin/true", PAM_ABORT,
     "ended before it was ready"},
    {"a helper that others may write",
     [] {
       fs::copy_file("/bin/true", directory + "/loose");
       ::chmod((directory + "/loose").c_str(), 0777);
     },
     "failure_policy=allow helper=DIR/loose", PAM_SERVICE_ERR, "may be written by group or others"},
    {"ask = ruser in a host that is not setuid", [] {}, "failure_policy=allow ask=ruser", PAM_SERVICE_ERR,
     "ask = ruser"},
    {"exempt", [] {}, "availability=none", PAM_PERM_DENIED, ""},
};

std::string with_directory(std::string text) {
  const auto at = text.find("DIR");
  return at == std::string::npos ? text : text.replace(at, 3, directory);
}

void helpers_and_outcomes(void**) {
  for (const Row& row : kRows) {
    print_message("  %s\n", row.what);
    restore();
    row.spoil();
    const std::string arguments =
        std::string(row.arguments).find("conf=") == std::string::npos ? "conf=" + config_path() + " " : "";
    const int code = authenticate(arguments + with_directory(row.arguments), user_name());
    std::string log;
    for (const std::string& line : logged) log += line + "\n";
    assert_int_equal(code, row.code);
    const bool failed = code != PAM_SUCCESS && *row.log != '\0';
    assert_true(failed == (requested_delay >= 1'000'000));  // libpam varies it by up to half
    if (log.find(row.log) == std::string::npos || (*row.log == '\0' && !log.empty()))
      fail_msg("expected \"%s\" in the log, found: %s", row.log, log.c_str());
    fs::remove(directory + "/loose");
  }
  restore();
}

void a_final_failure_is_not_tried_again(void**) {
  // sudo calls three times on one handle, whatever it is told.
  const std::string arguments = "conf=" + config_path() + " debug";
  assert_int_equal(authenticate(arguments, user_name(), 3), PAM_ABORT);
  assert_int_equal(logged.size(), 1);
  assert_int_equal(shown.size(), 1);
  assert_same_text(shown[0], "The authentication server cannot be reached.");
}

void an_unknown_user_learns_of_an_outage_as_anybody(void**) {
  const std::string arguments = "conf=" + config_path();
  assert_int_equal(authenticate(arguments, user_name()), PAM_AUTHINFO_UNAVAIL);
  const std::vector<std::string> known = shown;
  assert_int_equal(authenticate(arguments, "nobody-by-this-name"), PAM_AUTHINFO_UNAVAIL);
  assert_true(shown == known);
  assert_non_null(std::strstr(logged.at(0).c_str(), "outcome=unreachable"));
  assert_int_equal(authenticate(arguments + " failure_policy=allow", "nobody-by-this-name"), PAM_MAXTRIES);
  assert_non_null(std::strstr(logged.at(0).c_str(), "outcome=unknown-user"));
}

void who_is_not_named_is_not_let_in(void**) {
  assert_int_equal(authenticate("conf=" + config_path() + " failure_policy=allow nullok", ""), PAM_ABORT);
  assert_non_null(std::strstr(logged.at(0).c_str(), "the host gave no user name"));
}

void giving_up_tells_nothing_about_the_account(void**) {
  typed = "123";  // of a wrong length, until the prompts are used up
  const int code = authenticate("conf=" + config_path() + " prompt=before", "nobody-by-this-name");
  typed.clear();
  assert_int_equal(code, PAM_ABORT);  // as for a user who exists
  assert_int_equal(requested_delay, 0);
  assert_non_null(std::strstr(logged.at(0).c_str(), "outcome=aborted"));
}

std::map<std::string, std::string> open_descriptors() {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    found[entry.path().filename()] = fs::read_symlink(entry.path(), gone);
  }
  return found;
}

void dlclose_leaves_nothing_behind(void**) {
  assert_int_equal(authenticate("conf=" + config_path(), user_name()), PAM_AUTHINFO_UNAVAIL);
  const auto before = open_descriptors();
  const std::size_t memory = ::mallinfo2().uordblks;
  for (int i = 0; i < 3; ++i) {
    assert_int_equal(authenticate("conf=" + config_path(), user_name()), PAM_AUTHINFO_UNAVAIL);
    assert_int_equal(open_descriptors().size(), before.size());
    // libpam loads the module anew for each handle; what a load leaves behind adds up in a host that runs for weeks.
    assert_true(::mallinfo2().uordblks < memory + 4096);
  }
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) assert_null(std::strstr(line.c_str(), "pam_toopher.so"));
  void* module = ::dlopen(module_path().c_str(), RTLD_NOW | RTLD_LOCAL);
  assert_non_null(module);
  assert_non_null(::dlsym(module, "pam_sm_authenticate"));
  assert_non_null(::dlsym(module, "pam_sm_setcred"));
  assert_null(::dlsym(module, "pam_sm_acct_mgmt"));
  assert_int_equal(::dlclose(module), 0);
  assert_null(::dlopen(module_path().c_str(), RTLD_NOLOAD | RTLD_NOW));
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(helpers_and_outcomes),
      cmocka_unit_test(a_final_failure_is_not_tried_again),
      cmocka_unit_test(an_unknown_user_learns_of_an_outage_as_anybody),
      cmocka_unit_test(who_is_not_named_is_not_let_in),
      cmocka_unit_test(giving_up_tells_nothing_about_the_account),
      cmocka_unit_test(dlclose_leaves_nothing_behind),
  };
  return cmocka_run_group_tests_name("module", tests, set_up, tear_down);
}
