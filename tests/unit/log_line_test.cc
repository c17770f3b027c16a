// SPDX-License-Identifier: Apache-2.0
// The module's line in the log, for each record of log.vec: what an administrator greps, and fail2ban counts.
#include "pam/log_line.h"

#include <security/pam_appl.h>

#include <array>
#include <cstdarg>
#include <cstdio>

#include "vectors.h"
#include "with_cmocka.h"

using namespace toopher;
using namespace toopher::pam;

namespace {
std::vector<std::string> logged;
}

/// Takes the place of libpam's.
extern "C" void pam_syslog(const pam_handle_t* /*handle*/, int /*priority*/, const char* format, ...) {
  std::va_list values;
  va_start(values, format);
  std::array<char, 4096> line{};
  (void)std::vsnprintf(line.data(), line.size(), format, values);
  va_end(values);
  logged.emplace_back(line.data());
}

namespace {

int no_conversation(int /*count*/, const pam_message** /*messages*/, pam_response** /*replies*/,
                    void* /*data*/) {
  return PAM_CONV_ERR;
}

std::string field(const tests::Vector& record, const std::string& name) {
  if (record.has(name + "-hex")) return record.bytes(name + "-hex");
  return record.has(name) ? record.text(name) : "";
}

Verdict verdict_named(const std::string& name) {
  for (int i = 0;; ++i) {
    const auto verdict = static_cast<Verdict>(i);
    if (name_of(verdict) == name) return verdict;
    if (i > 50) fail_msg("no outcome is called %s", name.c_str());
  }
}

Method method_named(const std::string& name) {
  for (const Method method : {Method::push, Method::code})
    if (name_of(method) == name) return method;
  return Method::none;
}

/// The lines that a login with the record's outcome leaves.
std::vector<std::string> log_of(const tests::Vector& record, bool debug) {
  const pam_conv conversation{no_conversation, nullptr};
  pam_handle_t* handle = nullptr;
  const std::string service = field(record, "service");
  assert_int_equal(::pam_start_confdir(service.c_str(), "someone", &conversation, "/etc/pam.d", &handle),
                   PAM_SUCCESS);
  const std::string rhost = field(record, "rhost");
  if (!rhost.empty()) assert_int_equal(::pam_set_item(handle, PAM_RHOST, rhost.c_str()), PAM_SUCCESS);
  config::Options options;
  options.debug = debug;
  if (record.has("policy")) options.failure_policy = config::FailurePolicy::allow;
  const Outcome outcome{verdict_named(field(record, "outcome")), method_named(field(record, "factor")),
                        field(record, "request"), field(record, "detail")};
  logged.clear();
  log_outcome(Handle(handle), {field(record, "user"), service, field(record, "ruser")}, options,
              field(record, "asked"), outcome);
  ::pam_end(handle, PAM_SUCCESS);
  return logged;
}

void each_outcome_has_its_line(void**) {
  for (const tests::Vector& record : tests::read_vectors("log.vec")) {
    const std::vector<std::string> lines = log_of(record, true);
    assert_int_equal(lines.size(), 1);
    assert_same_text(lines[0], record.text("line"));
  }
}

void chatter_is_for_debugging(void**) {
  for (const tests::Vector& record : tests::read_vectors("log.vec")) {
    const std::string outcome = record.text("outcome");
    const bool chatter = outcome == "exempt" || outcome == "remembered";
    assert_int_equal(log_of(record, false).size(), chatter ? 0 : 1);
  }
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(each_outcome_has_its_line),
      cmocka_unit_test(chatter_is_for_debugging),
  };
  return cmocka_run_group_tests_name("log_line", tests, nullptr, nullptr);
}
