// SPDX-License-Identifier: Apache-2.0
#include "pam/outcome.h"

#include <security/pam_modules.h>

#include <array>

namespace toopher::pam {
namespace {

struct Row {
  Verdict verdict;
  std::string_view name;
  /// For the host, unless grants(). MAXTRIES ends the loop in login; sudo comes back on the same handle and meets
  /// `remembered`. sshd comes back in a fresh process for each code but MAXTRIES.
  int code;
};

constexpr std::array<Row, 14> kRows{{
    {Verdict::aborted, "aborted", PAM_ABORT},
    {Verdict::granted, "granted", PAM_ABORT},
    {Verdict::exempt, "exempt", PAM_IGNORE},
    {Verdict::unpaired_optional, "unpaired", PAM_IGNORE},
    {Verdict::unpaired_required, "unpaired-required", PAM_MAXTRIES},
    {Verdict::denied, "denied", PAM_MAXTRIES},
    {Verdict::timed_out, "timed-out", PAM_MAXTRIES},
    {Verdict::codes_used_up, "codes-used-up", PAM_MAXTRIES},
    {Verdict::refused, "refused", PAM_MAXTRIES},
    {Verdict::unreachable, "unreachable", PAM_AUTHINFO_UNAVAIL},
    {Verdict::server_fault, "server-fault", PAM_AUTHINFO_UNAVAIL},
    {Verdict::misconfigured, "misconfigured", PAM_SERVICE_ERR},
    {Verdict::unknown_user, "unknown-user", PAM_MAXTRIES},
    {Verdict::remembered, "remembered", PAM_ABORT},
}};

const Row& row_of(Verdict verdict) {
  for (const Row& row : kRows)
    if (row.verdict == verdict) return row;
  return kRows.front();
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  return row_of(verdict).name;
}

std::string_view name_of(Method method) {
  switch (method) {
    case Method::push:
      return "push";
    case Method::code:
      return "code";
    case Method::offline:
      return "offline";
    case Method::none:
      break;
  }
  return "none";
}

bool grants(Verdict verdict, config::FailurePolicy policy) {
  return verdict == Verdict::granted ||
         (verdict == Verdict::unreachable && policy == config::FailurePolicy::allow);
}

int pam_code(Verdict verdict, config::FailurePolicy policy, AsksAgain host) {
  if (grants(verdict, policy)) return PAM_SUCCESS;
  const int code = row_of(verdict).code;
  return host == AsksAgain::in_fresh_process && code != PAM_IGNORE ? PAM_MAXTRIES : code;
}

bool is_final_failure(Verdict verdict, config::FailurePolicy policy) {
  return !grants(verdict, policy) && row_of(verdict).code != PAM_IGNORE && verdict != Verdict::remembered;
}

}  // namespace toopher::pam
