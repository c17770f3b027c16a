// SPDX-License-Identifier: Apache-2.0
// pam_toopher.so as libpam loads it: wrong files, wrong arguments, wrong helpers. Each row names the PAM code and the log.
//
// The module believes the caller's own files only in an unprivileged process, so a test that was started by root goes on
// as nobody, with copies of module and helper that nobody may read.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <grp.h>
#include <malloc.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <vector>

#include "with_cmocka.h"

namespace fs = std::filesystem;

namespace {

constexpr uid_t kNobody = 65534;

std::string directory;  // of this run; removed at the end
std::vector<std::string> logged;
std::vector<std::string> shown;
std::string typed;  // at every prompt

std::string module_path() {
  return directory + "/pam_toopher.so";
}
std::string helper_path() {
  return directory + "/toopher-helper";
}
std::string user_name() {
  return ::getpwuid(::getuid())->pw_name;
}

void write(const std::string& path, const std::string& text, mode_t mode = 0600) {
  fs::remove(path);
  std::ofstream(path) << text;
  assert_int_equal(::chmod(path.c_str(), mode), 0);
}

}  // namespace

/// Takes the place of libpam's, so that the module's log lines can be read here.
extern "C" void pam_syslog(const pam_handle_t* /*handle*/, int /*priority*/, const char* format, ...) {
  std::va_list values;
  va_start(values, format);
  char line[4096];
  (void)std::vsnprintf(line, sizeof line, format, values);
  va_end(values);
  logged.emplace_back(line);
}

namespace {

int converse(int count, const pam_message** messages, pam_response** replies, void* /*data*/) {
  // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): the caller frees it with free() (pam_conv(3))
  *replies = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  for (int i = 0; i < count; ++i) {
    shown.emplace_back(messages[i]->msg);
    (*replies)[i].resp = ::strdup(typed.c_str());
  }
  return PAM_SUCCESS;
}

/// What the host would wait after a failure (pam_fail_delay(3)); nobody waits here.
unsigned requested_delay;
void note_delay(int /*status*/, unsigned microseconds, void* /*data*/) {
  requested_delay = microseconds;
}

/// Runs `calls` authentications on one handle; the code of the last.
int authenticate(const std::string& arguments, const std::string& user, int calls = 1) {
  logged.clear();
  shown.clear();
  const bool own_helper = arguments.find("helper=") == std::string::npos;
  write(directory + "/pam.d/trial",
        "auth required " + module_path() + (own_helper ? " helper=" + helper_path() : "") + " " + arguments +
            "\naccount required pam_permit.so\n",
        0644);
  const pam_conv conversation{converse, nullptr};
  pam_handle_t* handle = nullptr;
  assert_int_equal(
      ::pam_start_confdir("trial", user.c_str(), &conversation, (directory + "/pam.d").c_str(), &handle),
      PAM_SUCCESS);
  assert_int_equal(::pam_set_item(handle, PAM_FAIL_DELAY, reinterpret_cast<const void*>(&note_delay)),
                   PAM_SUCCESS);
  requested_delay = 0;
  int code = PAM_ABORT;
  for (int i = 0; i < calls; ++i) code = ::pam_authenticate(handle, 0);
  ::pam_end(handle, code);
  return code;
}

std::string config_path() {
  return directory + "/config";
}
std::string credentials_path() {
  return directory + "/credentials";
}

/// A good installation but for the server: nothing listens on port 1.
std::string good_config() {
  return "[API]\nbase-url = http://127.0.0.1:1/v1/\ncredential-file = " + credentials_path() +
         "\ntimeout = 1\n[Options]\navailability = required\n";
}

void restore() {
  write(config_path(), good_config());
  write(credentials_path(), "key = k\nsecret = s\n");
  write(directory + "/pam.d/other", "auth required pam_deny.so\n", 0644);
}

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
    {"no configuration", [] { fs::remove(config_path()); }, "failure_policy=allow", PAM_SERVICE_ERR,
     "config: does not exist"},
    {"another configuration that is missing", [] {}, "conf=/nonexistent/toopher failure_policy=allow",
     PAM_SERVICE_ERR, "/nonexistent/toopher: does not exist"},
    {"configuration writable by the group", [] { ::chmod(config_path().c_str(), 0660); },
     "failure_policy=allow", PAM_SERVICE_ERR, "chmod go-w"},
    {"configuration that may not be read", [] { ::chmod(config_path().c_str(), 0); }, "failure_policy=allow",
     PAM_SERVICE_ERR, "Permission denied"},
    {"configuration is a link",
     [] {
       fs::rename(config_path(), config_path() + ".real");
       fs::create_symlink(config_path() + ".real", config_path());
     },
     "failure_policy=allow", PAM_SERVICE_ERR, "is a symbolic link"},
    {"configuration is a directory",
     [] {
       fs::remove(config_path());
       fs::create_directory(config_path());
     },
     "failure_policy=allow", PAM_SERVICE_ERR, "is not a regular file"},
    {"configuration is a FIFO",
     [] {
       fs::remove(config_path());
       assert_int_equal(::mkfifo(config_path().c_str(), 0600), 0);
     },
     "failure_policy=allow", PAM_SERVICE_ERR, "is not a regular file"},
    {"configuration is too long", [] { write(config_path(), std::string(70'000, '#')); },
     "failure_policy=allow", PAM_SERVICE_ERR, "is longer than 65536 bytes"},
    {"empty configuration", [] { write(config_path(), ""); }, "failure_policy=allow", PAM_SERVICE_ERR,
     "base-url is missing"},
    {"unknown key", [] { write(config_path(), good_config() + "failure-polcy = allow\n"); },
     "failure_policy=allow", PAM_SERVICE_ERR, "config:7: unknown key 'failure-polcy'"},
    {"wrong value", [] { write(config_path(), good_config() + "otp-tries = many\n"); },
     "failure_policy=allow", PAM_SERVICE_ERR, "config:7: otp-tries = 'many'"},
    {"duplicate key", [] { write(config_path(), good_config() + "availability = none\n"); },
     "failure_policy=allow", PAM_SERVICE_ERR, "config:7: availability was already set in line 6"},
    {"NUL byte", [] { write(config_path(), good_config() + std::string("x\0= y\n", 6)); },
     "failure_policy=allow", PAM_SERVICE_ERR, "config:7: a NUL byte"},
    {"unknown argument", [] {}, "failure_policy=allow nulok", PAM_SERVICE_ERR,
     "unknown module argument 'nulok'"},
    {"wrong argument", [] {}, "failure_policy=allow prompt=never", PAM_SERVICE_ERR,
     "module argument 'prompt=never': expected one of during, before, after"},
    {"no credentials", [] { fs::remove(credentials_path()); }, "failure_policy=allow", PAM_SERVICE_ERR,
     "credentials: does not exist"},
    {"credentials for everybody", [] { ::chmod(credentials_path().c_str(), 0644); }, "failure_policy=allow",
     PAM_SERVICE_ERR, "chmod 600"},
    {"credentials without secret", [] { write(credentials_path(), "key = k\n"); }, "failure_policy=allow",
     PAM_SERVICE_ERR, "`secret` is missing"},
    {"credentials with a key more", [] { write(credentials_path(), "key = k\nsecret = s\nhunter2 = x\n"); },
     "failure_policy=allow", PAM_SERVICE_ERR, "credentials:3: only `key` and `secret`"},
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

void wrong_files_and_arguments(void**) {
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
    assert_null(std::strstr(log.c_str(), "hunter2"));
    fs::remove_all(config_path());
    fs::remove(config_path() + ".real");
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

void giving_up_tells_nothing_about_the_account(void**) {
  typed = "123";  // of a wrong length, until the prompts are used up
  const int code = authenticate("conf=" + config_path() + " prompt=before", "nobody-by-this-name");
  typed.clear();
  assert_int_equal(code, PAM_ABORT);  // as for a user who exists
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
  for (std::string line; std::getline(maps, line);) assert_null(std::strstr(line.c_str(), "pam_toopher"));
  void* module = ::dlopen(module_path().c_str(), RTLD_NOW | RTLD_LOCAL);
  assert_non_null(module);
  assert_non_null(::dlsym(module, "pam_sm_authenticate"));
  assert_non_null(::dlsym(module, "pam_sm_setcred"));
  assert_null(::dlsym(module, "pam_sm_acct_mgmt"));
  assert_int_equal(::dlclose(module), 0);
  assert_null(::dlopen(module_path().c_str(), RTLD_NOLOAD | RTLD_NOW));
}

/// Copies what is tested to a directory of nobody's, and becomes nobody for good.
int set_up(void** /*state*/) {
  char name[] = "/tmp/toopher-module-test.XXXXXX";
  if (::mkdtemp(name) == nullptr) return -1;
  directory = name;
  fs::create_directory(directory + "/pam.d");
  fs::copy_file(TEST_BUILD "/src/pam_toopher.so", module_path());
  fs::copy_file(TEST_BUILD "/src/toopher-helper", helper_path());
  if (::getuid() == 0) {
    for (const auto& entry : fs::recursive_directory_iterator(directory))
      if (::chown(entry.path().c_str(), kNobody, kNobody) != 0) return -1;
    if (::chown(directory.c_str(), kNobody, kNobody) != 0 || ::setgroups(0, nullptr) != 0 ||
        ::setresgid(kNobody, kNobody, kNobody) != 0 || ::setresuid(kNobody, kNobody, kNobody) != 0)
      return -1;
  }
  restore();
  return 0;
}

int tear_down(void** /*state*/) {
  std::error_code ignored;
  fs::remove_all(directory, ignored);
  return 0;
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(wrong_files_and_arguments),
      cmocka_unit_test(a_final_failure_is_not_tried_again),
      cmocka_unit_test(an_unknown_user_learns_of_an_outage_as_anybody),
      cmocka_unit_test(giving_up_tells_nothing_about_the_account),
      cmocka_unit_test(dlclose_leaves_nothing_behind),
  };
  return cmocka_run_group_tests_name("module", tests, set_up, tear_down);
}
