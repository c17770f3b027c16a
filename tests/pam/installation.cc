// SPDX-License-Identifier: Apache-2.0
#include "pam/installation.h"

#include <grp.h>
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

#include "with_cmocka.h"  // last: its fail() is a macro

namespace fs = std::filesystem;

/// Takes the place of libpam's, so that the module's log lines can be read here.
extern "C" [[gnu::visibility("default")]] void pam_syslog(const pam_handle_t* /*handle*/, int /*priority*/,
                                                          const char* format, ...) {
  std::va_list values;
  va_start(values, format);
  char line[4096];
  (void)std::vsnprintf(line, sizeof line, format, values);
  va_end(values);
  installation::logged.emplace_back(line);
}

namespace installation {

std::string directory;
std::vector<std::string> logged;
std::vector<std::string> shown;
std::string typed;
unsigned requested_delay;

namespace {

constexpr uid_t kNobody = 65534;

int converse(int count, const pam_message** messages, pam_response** replies, void* /*data*/) {
  // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): the caller frees it with free() (pam_conv(3))
  *replies = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  for (int i = 0; i < count; ++i) {
    shown.emplace_back(messages[i]->msg);
    (*replies)[i].resp = ::strdup(typed.c_str());
  }
  return PAM_SUCCESS;
}

void note_delay(int /*status*/, unsigned microseconds, void* /*data*/) {
  requested_delay = microseconds;
}

}  // namespace

std::string module_path() {
  return directory + "/pam_toopher.so";
}
std::string helper_path() {
  return directory + "/toopher-helper";
}
std::string user_name() {
  return ::getpwuid(::getuid())->pw_name;
}

void write(const std::string& path, const std::string& text, mode_t mode) {
  fs::remove(path);
  std::ofstream(path) << text;
  assert_int_equal(::chmod(path.c_str(), mode), 0);
}

std::string config_path() {
  return directory + "/etc/config";
}
std::string credentials_path() {
  return directory + "/secrets/credentials";
}

std::string good_config() {
  return "[API]\nbase-url = http://127.0.0.1:1/v1/\ncredential-file = " + credentials_path() +
         "\ntimeout = 1\n[Options]\navailability = required\n";
}

void restore() {
  for (const char* folder : {"/etc", "/secrets", "/trust"}) fs::create_directories(directory + folder);
  write(config_path(), good_config());
  write(credentials_path(), "key = k\nsecret = s\n");
  write(directory + "/pam.d/other", "auth required pam_deny.so\n", 0644);
}

int authenticate(const std::string& arguments, const std::string& user, int calls) {
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

}  // namespace installation
