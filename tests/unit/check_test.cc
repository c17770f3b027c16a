// SPDX-License-Identifier: Apache-2.0
// toopher-check's reading of pam.d: the same stacks as libpam sees them, and what is said about each.
#include <security/pam_appl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "api/json.h"
#include "tools/check_dispatch.h"
#include "tools/check_finding.h"
#include "tools/check_stack.h"
#include "tools/check_verdict.h"
#include "with_cmocka.h"

using namespace toopher::tools;

/// libpam 1.5.2 keeps what it read of a file that it then refuses (LeakSanitizer's hook; it does nothing in other builds).
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the hook's name
extern "C" [[gnu::visibility("default")]] const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libpam.so";
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)

namespace {

/// A pam.d directory of its own.
class Directory {
 public:
  Directory() {
    std::array<char, 32> name{"/tmp/toopher-check-XXXXXX"};
    path_ = ::mkdtemp(name.data());
    write("other", "auth required pam_deny.so\n");
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() { std::filesystem::remove_all(path_); }

  /// `@` in the text stands for the directory and a slash: libpam includes by absolute path from here only.
  void write(const std::string& name, std::string text) const {
    for (auto at = text.find('@'); at != std::string::npos; at = text.find('@', at + 1)) {
      if (text.compare(at, 8, "@include") == 0) continue;
      text.replace(at, 1, path_ + "/");
      at += path_.size();
    }
    std::ofstream(path_ + "/" + name) << text;
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] PamFiles files() const { return PamFiles({path_}); }

 private:
  std::string path_;
};

int code_named(const std::string& name) {
  const std::map<std::string, int> codes{
      {"success", PAM_SUCCESS},           {"ignore", PAM_IGNORE},
      {"auth_err", PAM_AUTH_ERR},         {"maxtries", PAM_MAXTRIES},
      {"service_err", PAM_SERVICE_ERR},   {"abort", PAM_ABORT},
      {"user_unknown", PAM_USER_UNKNOWN}, {"new_authtok_reqd", PAM_NEW_AUTHTOK_REQD}};
  return codes.at(name);
}

/// pam_debug(8) answers what its argument says.
int scripted(const StackLine& line) {
  if (line.module_name() == "pam_permit.so") return PAM_SUCCESS;
  if (line.module_name() == "pam_deny.so") return PAM_AUTH_ERR;
  if (line.module_name() != "pam_debug.so") return PAM_MODULE_UNKNOWN;
  for (const std::string& argument : line.arguments)
    if (argument.starts_with("auth=")) return code_named(argument.substr(5));
  return PAM_SUCCESS;
}

int silent(int, const pam_message**, pam_response** answers, void*) {
  *answers = nullptr;
  return PAM_CONV_ERR;
}

int as_libpam(const Directory& directory, const char* service) {
  const pam_conv conversation{silent, nullptr};
  pam_handle_t* handle = nullptr;
  int code = ::pam_start_confdir(service, "nobody", &conversation, directory.path().c_str(), &handle);
  if (code != PAM_SUCCESS) return code;
  (void)::pam_fail_delay(handle, 0);
  code = ::pam_authenticate(handle, 0);
  ::pam_end(handle, code);
  return code;
}

/// D: a module that answers so.
#define D(code) "pam_debug.so auth=" #code "\n"

// NOLINTBEGIN(bugprone-suspicious-missing-comma): a stack may have several lines
const std::vector<std::string> kStacks{
    "auth required " D(success),
    "auth required " D(ignore),
    "auth required " D(maxtries) "auth required " D(auth_err),
    "auth required " D(maxtries) "auth sufficient " D(success),
    "auth requisite " D(maxtries) "auth required " D(auth_err),
    "auth requisite " D(ignore) "auth required " D(success),
    "auth sufficient " D(success) "auth required " D(auth_err),
    "auth sufficient " D(maxtries) "auth required " D(success),
    "auth sufficient " D(maxtries),
    "auth sufficient " D(ignore) "auth optional " D(success),
    "auth optional " D(maxtries),
    "auth optional " D(success) "auth optional " D(maxtries),
    "auth required " D(new_authtok_reqd) "auth required " D(success),
    "auth sufficient " D(new_authtok_reqd) "auth required " D(auth_err),
    "auth required " D(success) "auth sufficient " D(new_authtok_reqd) "auth required " D(auth_err),
    "auth [success=1 default=ignore] " D(success) "auth requisite pam_deny.so\nauth required pam_permit.so\n",
    "auth [success=1 default=ignore] " D(
        auth_err) "auth requisite pam_deny.so\nauth required pam_permit.so\n",
    "auth [success=2 default=ignore] " D(success) "auth requisite pam_deny.so\n",
    "auth [success=1 default=ignore] " D(success) "auth requisite pam_deny.so\n",
    "auth [default=ignore success=1] " D(success) "auth requisite pam_deny.so\nauth required pam_permit.so\n",
    "auth [success=ok] " D(auth_err) "auth required " D(success),
    "auth [success=ok] " D(success),
    "auth [success=ok ignore=ignore default=bad] " D(ignore) "auth required pam_permit.so\n",
    "auth [ maxtries=die default=ok ] " D(maxtries) "auth required pam_permit.so\n",
    "auth [maxtries=ok default=bad] " D(maxtries) "auth required pam_permit.so\n",
    "auth [maxtries=done default=bad] " D(maxtries) "auth required pam_permit.so\n",
    "auth [ignore=bad default=ok] " D(ignore) "auth required pam_permit.so\n",
    "auth [ignore=ok default=bad] " D(ignore) "auth required pam_permit.so\n",
    "auth [success=reset default=bad] " D(success) "auth required pam_permit.so\n",
    "auth required " D(maxtries) "auth [success=reset default=bad] " D(
        success) "auth required pam_permit.so\n",
    "auth [succes=ok default=ignore] " D(success) "auth required pam_permit.so\n",
    "auth [success=0 default=ignore] " D(success) "auth required pam_permit.so\n",
    "auth [success=ok default] " D(success) "auth required pam_permit.so\n",
    "auth [success=ok auth_err=ignore default] " D(auth_err) "auth required pam_permit.so\n",
    "auth [success = ok default = bad] " D(success),
    "auth [success=okay default=bad] " D(auth_err) "auth required pam_permit.so\n",
    "auth requierd " D(success) "auth required pam_permit.so\n",
    "auth REQUIRED " D(success),
    "AUTH Sufficient " D(success),
    "outh required " D(success) "auth required pam_permit.so\n",
    "auth required\nauth required pam_permit.so\n",
    "auth required pam_no_such_module.so\nauth required pam_permit.so\n",
    "-auth required pam_no_such_module.so\nauth required pam_permit.so\n",
    "auth optional pam_no_such_module.so\nauth required pam_permit.so\n",
    "auth [module_unknown=ignore default=bad] pam_no_such_module.so\nauth required pam_permit.so\n",
    "account required pam_permit.so\n",
    "",
    "# a comment\n\n   auth   required\tpam_permit.so # and another \\\naccount required pam_deny.so\n",
    "auth \\\n required \\\n # not a part \\\n " D(maxtries),
    "auth required \\   \n pam_debug.so auth=maxtries\n",
    "auth required pam_permit.so\nauth requi\\\nred " D(maxtries),
    "auth required pam_permit.so \\",
    "auth required pam_permit.so",
    "auth include @below\nauth required pam_permit.so\n",
    "auth substack @below\nauth required pam_permit.so\n",
    "auth substack @done\nauth required " D(maxtries),
    "auth include @done\nauth required " D(maxtries),
    "auth substack @die\nauth sufficient " D(success),
    "auth include @die\nauth sufficient " D(success),
    "@include @die\nauth sufficient " D(success),
    "auth required pam_permit.so\n@include @nothing\n",
    "auth include @nothing\nauth required pam_permit.so\n",
    "auth substack @nothing\nauth required pam_permit.so\n",
    "auth required " D(success) "auth substack @reset\nauth required pam_permit.so\n",
    "auth required " D(maxtries) "auth substack @reset\nauth required pam_permit.so\n",
    "auth [success=1 default=ignore] " D(success) "auth substack @die\nauth required pam_permit.so\n",
    "auth [success=1 default=ignore] " D(success) "auth include @die\nauth required pam_permit.so\n",
    "auth [success=2 default=ignore] " D(
        success) "auth substack @die\nauth substack @die\nauth required pam_permit.so\n",
    "auth substack @jump\nauth required pam_permit.so\n",
    "auth include @jump\nauth required pam_permit.so\n",
    "auth substack @nested\nauth required pam_permit.so\n",
    "auth required pam_debug.so [auth=maxtries]\n",
    "auth required pam_debug.so [ignored \\] too] auth=maxtries\n",
};
// NOLINTEND(bugprone-suspicious-missing-comma)

void write_included(const Directory& directory) {
  directory.write("below", "auth required " D(success) "account required pam_deny.so\n");
  directory.write("done", "auth sufficient " D(success) "auth required " D(auth_err));
  directory.write("die", "auth requisite " D(maxtries) "auth required pam_permit.so\n");
  directory.write("reset", "auth required " D(maxtries) "auth [success=reset default=bad] " D(success));
  directory.write("jump", "auth [success=1 default=ignore] " D(success));
  directory.write("nested", "auth substack @done\nauth substack @die\n");
}

void libpam_comes_to_the_same(void**) {
  const Directory directory;
  write_included(directory);
  int different = 0;
  for (const std::string& text : kStacks) {
    directory.write("trial", text);
    const int expected = as_libpam(directory, "trial");
    const int actual = dispatch(directory.files().stack("trial", Facility::auth), scripted).code;
    if (actual == expected) continue;
    ++different;
    print_error("libpam says %d, toopher-check %d:\n%s\n", expected, actual, text.c_str());
  }
  assert_int_equal(different, 0);
}

void a_missing_service_is_other(void**) {
  const Directory directory;
  assert_int_equal(dispatch(directory.files().stack("nothing", Facility::auth), scripted).code, PAM_AUTH_ERR);
  assert_int_equal(as_libpam(directory, "nothing"), PAM_AUTH_ERR);
}

/// libpam 1.5 crashes on it.
void a_file_that_includes_itself_is_a_problem(void**) {
  const Directory directory;
  directory.write("trial", "auth required pam_permit.so\nauth include @trial\n");
  const Stack stack = directory.files().stack("trial", Facility::auth);
  assert_int_equal(stack.problems.size(), 1);
  assert_int_equal(dispatch(stack, scripted).code, PAM_PERM_DENIED);
}

/// What is said about a stack, as words.
std::string said(const StackVerdict& verdict) {
  std::string words;
  const auto word = [&words](bool holds, const char* name) {
    if (holds) words += std::string(words.empty() ? "" : " ") + name;
  };
  word(verdict.too_long, "too-long");
  word(!verdict.too_long && !verdict.reachable, "unreachable");
  word(verdict.never_with_password, "never-asked");
  word(!verdict.depends_on.empty(), "depends");
  word(!verdict.refused_get_in.empty() && !verdict.refused_need_password, "refused-get-in");
  word(!verdict.refused_get_in.empty() && verdict.refused_need_password, "refused-get-in-by-password");
  word(verdict.exempt_locked_out, "exempt-locked-out");
  word(verdict.exempt_need_nothing, "exempt-need-nothing");
  word(!verdict.passwords_past_it.empty(), "skipped");
  word(verdict.approval_suffices, "approval-suffices");
  word(verdict.open_when_broken, "open-when-broken");
  return words;
}

struct Row {
  const char* stack;
  const char* said;
};

const std::array<Row, 31> kRows{{
    {"auth required pam_unix.so\nauth required pam_toopher.so\n", ""},
    {"auth requisite pam_unix.so\nauth requisite pam_toopher.so prompt=after\n", ""},
    {"auth required pam_toopher.so\nauth required pam_unix.so\n", ""},
    {"auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\nauth required pam_permit.so\n"
     "auth optional pam_cap.so\nauth required pam_toopher.so\n",
     ""},
    {"auth required pam_toopher.so\n", "exempt-locked-out approval-suffices"},
    {"auth required pam_toopher.so\nauth required pam_permit.so\n", "exempt-need-nothing approval-suffices"},
    {"auth sufficient pam_toopher.so\nauth required pam_unix.so\n",
     "refused-get-in-by-password approval-suffices open-when-broken"},
    {"auth sufficient pam_toopher.so\nauth required pam_permit.so\n",
     "refused-get-in exempt-need-nothing approval-suffices open-when-broken"},
    {"auth required pam_unix.so\nauth optional pam_toopher.so\n",
     "refused-get-in-by-password open-when-broken"},
    {"auth optional pam_toopher.so\nauth required pam_permit.so\n",
     "refused-get-in exempt-need-nothing approval-suffices open-when-broken"},
    {"auth sufficient pam_unix.so\nauth required pam_toopher.so\n",
     "never-asked approval-suffices open-when-broken"},
    {"auth required pam_unix.so\nauth sufficient pam_permit.so\nauth required pam_toopher.so\n",
     "never-asked open-when-broken"},
    {"auth [success=2 default=ignore] pam_unix.so\nauth sufficient pam_sss.so\nauth requisite pam_deny.so\n"
     "auth required pam_toopher.so\nauth required pam_permit.so\n",
     "skipped open-when-broken"},
    {"auth [success=2 default=ignore] pam_unix.so\nauth [success=1 default=ignore] pam_sss.so\n"
     "auth requisite pam_deny.so\nauth required pam_toopher.so\nauth required pam_permit.so\n",
     ""},
    {"auth [success=ok user_unknown=ignore default=bad] pam_unix.so\nauth required pam_toopher.so\n"
     "auth required pam_permit.so\n",
     "exempt-need-nothing approval-suffices"},
    {"auth [success=ok authinfo_unavail=ignore default=bad] pam_sss.so\nauth required pam_toopher.so\n",
     "approval-suffices"},
    {"auth sufficient pam_permit.so\nauth required pam_toopher.so\n", "unreachable open-when-broken"},
    {"auth requisite pam_deny.so\nauth required pam_toopher.so\n", "unreachable"},
    {"auth required pam_unix.so\nauth [success=ok ignore=ignore module_unknown=ignore default=bad] "
     "pam_toopher.so\n",
     "refused-get-in-by-password"},
    {"auth required pam_unix.so\nauth [success=ok ignore=ok default=bad] pam_toopher.so\n",
     "exempt-locked-out"},
    {"auth required pam_unix.so\nauth [success=ok default=bad] pam_toopher.so\n", "exempt-locked-out"},
    {"auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\nauth sufficient "
     "pam_toopher.so\n",
     "exempt-locked-out"},
    {"auth sufficient pam_rootok.so\nauth required pam_unix.so\nauth required pam_toopher.so\n", "depends"},
    {"auth [success=1 default=ignore] pam_succeed_if.so user = breakglass\nauth required pam_toopher.so\n"
     "auth required pam_unix.so\n",
     "depends open-when-broken"},
    {"auth required pam_unix.so\nauth [success=ignore default=1] pam_succeed_if.so user ingroup staff\n"
     "auth required pam_toopher.so\n",
     "depends open-when-broken"},
    {"auth required pam_wheel.so\nauth required pam_unix.so\nauth required pam_toopher.so\n", ""},
    {"auth required pam_env.so\nauth required pam_toopher.so\n",
     "exempt-locked-out exempt-need-nothing approval-suffices"},
    {"auth required pam_unix.so\nauth [success=2 default=ignore] pam_toopher.so\n"
     "auth [success=1 default=ignore] pam_oath.so\nauth requisite pam_deny.so\nauth required pam_permit.so\n",
     "refused-get-in-by-password open-when-broken"},
    {"auth required pam_faillock.so preauth\nauth [success=1 default=ignore] pam_unix.so\n"
     "auth [default=die] pam_faillock.so authfail\nauth required pam_toopher.so\nauth sufficient "
     "pam_faillock.so authsucc\n",
     ""},
    {"auth substack @password\nauth required pam_toopher.so\n", ""},
    {"auth include @password\nauth required pam_toopher.so\n", "never-asked open-when-broken"},
}};

void verdicts_on_stacks(void**) {
  const Directory directory;
  directory.write("password", "auth sufficient pam_unix.so\nauth required pam_deny.so\n");
  int different = 0;
  for (const Row& row : kRows) {
    directory.write("trial", row.stack);
    const std::string actual = said(judge(directory.files().stack("trial", Facility::auth)));
    if (actual == row.said) continue;
    ++different;
    print_error("expected \"%s\", said \"%s\":\n%s\n", row.said, actual.c_str(), row.stack);
  }
  assert_int_equal(different, 0);
}

void the_deciding_line_is_named(void**) {
  const Directory directory;
  directory.write("su",
                  "auth sufficient pam_rootok.so\nauth required pam_unix.so\nauth required pam_toopher.so\n");
  const auto verdict = judge(directory.files().stack("su", Facility::auth));
  assert_int_equal(verdict.depends_on.size(), 1);
  assert_same_text(verdict.depends_on.front(), "pam_rootok.so (" + directory.path() + "/su:1)");
}

void problems_name_file_and_line(void**) {
  const Directory directory;
  directory.write("trial",
                  "auth required pam_permit.so\n\nauth requierd pam_permit.so\nauth include nowhere\n");
  const Stack stack = directory.files().stack("trial", Facility::auth);
  assert_int_equal(stack.problems.size(), 2);
  assert_same_text(stack.problems[0],
                   directory.path() + "/trial:3: the control \"requierd\" is not understood");
  assert_same_text(stack.problems[1], directory.path() + "/trial:4: \"nowhere\" cannot be included");
}

void output_is_sorted_wrapped_and_counted(void**) {
  Findings findings;
  findings.error(Area::services, "sshd: one two three four five six seven eight nine ten eleven twelve",
                 "Do this.");
  findings.ok(Area::files, "fine\x1b[31m");
  findings.ok(Area::files, "fine\x1b[31m");
  assert_same_text(findings.text(50),
                   "Files\n"
                   "  ok       fine[31m\n"
                   "\n"
                   "Services (pam.d)\n"
                   "  ERROR    sshd: one two three four five six seven\n"
                   "           eight nine ten eleven twelve\n"
                   "           -> Do this.\n"
                   "\n"
                   "1 error, no warnings.\n");
  assert_int_equal(findings.exit_status(), 2);
  const auto json = toopher::api::parse_object(findings.json());
  assert_int_equal(json_array_size(json_object_get(json.get(), "findings")), 2);
  assert_int_equal(json_integer_value(json_object_get(json.get(), "status")), 2);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(libpam_comes_to_the_same),
      cmocka_unit_test(a_missing_service_is_other),
      cmocka_unit_test(a_file_that_includes_itself_is_a_problem),
      cmocka_unit_test(verdicts_on_stacks),
      cmocka_unit_test(the_deciding_line_is_named),
      cmocka_unit_test(problems_name_file_and_line),
      cmocka_unit_test(output_is_sorted_wrapped_and_counted),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
