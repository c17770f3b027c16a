// SPDX-License-Identifier: Apache-2.0
// Whether the second factor is needed: options and groups as a table, and what nsswitch.conf(5) says about groups.
#include "pam/policy.h"

#include "pam/name_services.h"
#include "pam/undecidable.h"
#include "with_cmocka.h"

using namespace toopher;
using namespace toopher::pam;

namespace {

/// Of e(xcluded), r(equired), a(vailable); `!` stands before one whose look-up fails.
class FakeGroups final : public Groups {
 public:
  explicit FakeGroups(std::string script) : script_(std::move(script)) {}
  bool contain(const std::string& group) override {
    const auto at = script_.find(group);
    const bool fails = at != std::string::npos && at > 0 && script_[at - 1] == '!';
    failed_ = failed_ || fails;
    return at != std::string::npos && !fails;
  }
  void vouch() override {
    if (failed_) throw Undecidable("a look-up failed");
  }

 private:
  std::string script_;
  bool failed_ = false;
};

const char* decision(const config::Options& options, const std::string& script) {
  FakeGroups groups(script);
  try {
    switch (requirement(options, groups)) {
      case Requirement::exempt:
        return "exempt";
      case Requirement::optional:
        return "optional";
      case Requirement::required:
        break;
    }
    return "required";
  } catch (const Undecidable&) {
    return "denied";
  }
}

void options_and_groups_decide(void**) {
  using config::Availability;
  struct Row {  // NOLINT(clang-analyzer-optin.performance.Padding): in the order in which a row reads
    Availability availability;
    const char* groups;
    bool nullok;
    const char* expected;
  };
  const Row rows[] = {
      {Availability::none, "era", false, "exempt"},       {Availability::none, "!e!r!a", false, "exempt"},
      {Availability::available, "", false, "optional"},   {Availability::available, "r", false, "required"},
      {Availability::available, "r", true, "required"},   {Availability::available, "e", false, "exempt"},
      {Availability::available, "er", false, "exempt"},   {Availability::available, "!r", false, "denied"},
      {Availability::available, "!a", false, "optional"}, {Availability::available, "!er", false, "required"},
      {Availability::required, "", false, "required"},    {Availability::required, "", true, "optional"},
      {Availability::required, "r", true, "required"},    {Availability::required, "!r", true, "denied"},
      {Availability::required, "!r", false, "required"},  {Availability::required, "er", false, "exempt"},
      {Availability::required, "!e", false, "required"},  {Availability::groups, "", false, "exempt"},
      {Availability::groups, "", true, "exempt"},         {Availability::groups, "a", false, "optional"},
      {Availability::groups, "ra", false, "required"},    {Availability::groups, "ra", true, "required"},
      {Availability::groups, "ea", false, "exempt"},      {Availability::groups, "!a", false, "denied"},
      {Availability::groups, "!r", false, "denied"},      {Availability::groups, "!ra", false, "denied"},
      {Availability::groups, "e!r", false, "exempt"},
  };
  for (const Row& row : rows) {
    config::Options options;
    options.availability = row.availability;
    options.nullok = row.nullok;
    options.excluded_group = "e", options.required_group = "r", options.available_group = "a";
    assert_same_text(decision(options, row.groups), row.expected);
  }
}

void the_stricter_is_the_greater(void**) {
  assert_true(Requirement::exempt < Requirement::optional && Requirement::optional < Requirement::required);
}

void nsswitch_names_the_group_services(void**) {
  struct Row {
    const char* text;
    std::vector<std::string> services;
  };
  const Row rows[] = {
      {"", {"files"}},
      {"passwd: files sss\n", {"files"}},
      {"group: files systemd\n", {"files", "systemd"}},
      {"# group: nis\n  group:\tfiles [NOTFOUND=return SUCCESS=merge]sss # ldap\n", {"files", "sss"}},
      {"group: files ldap\ninitgroups: files [UNAVAIL=return] sss\n", {"files", "sss"}},
      {"initgroups:\ngroup: sss[!UNAVAIL=return]files", {"sss", "files"}},
      {"group: nis\ngroup: files winbind\n", {"files", "winbind"}},
      {"groups: nis\ngroup nis\ngroup: files [broken", {"files"}},
  };
  for (const Row& row : rows) assert_true(group_services(row.text) == row.services);
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(options_and_groups_decide),
      cmocka_unit_test(the_stricter_is_the_greater),
      cmocka_unit_test(nsswitch_names_the_group_services),
  };
  return cmocka_run_group_tests_name("policy", tests, nullptr, nullptr);
}
