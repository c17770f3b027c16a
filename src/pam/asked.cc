// SPDX-License-Identifier: Apache-2.0
#include "pam/asked.h"

#include <unistd.h>

#include "pam/sudo_command.h"
#include "pam/undecidable.h"

namespace toopher::pam {
namespace {

bool runs_setuid() {
  return ::getuid() != ::geteuid();
}

/// PAM_RUSER is believed only where the kernel vouches for it: as a name of the real uid.
Account caller(const Account& account, const AttemptKey& key) {
  const auto by_name = key.ruser == account.name ? account : find_account(key.ruser);
  if (by_name && by_name->uid == ::getuid()) return *by_name;
  throw Undecidable("the caller of " + key.service + ", uid " + std::to_string(::getuid()) +
                    (key.ruser.empty() ? std::string(", has no name") : ", is not " + key.ruser) +
                    " in the account database");
}

bool concerns_the_caller(const Account& account, const std::string& service) {
  const bool su = service == "su" || service == "su-l";
  return is_sudo(service) || (su && account.uid == 0);
}

}  // namespace

std::optional<Account> whom_to_ask(config::Ask ask, const Account& account, const AttemptKey& key) {
  if (ask == config::Ask::user) return account;
  if (ask == config::Ask::ruser) {
    if (!runs_setuid() || key.ruser.empty()) return std::nullopt;
    return caller(account, key);
  }
  return runs_setuid() && concerns_the_caller(account, key.service) ? caller(account, key) : account;
}

}  // namespace toopher::pam
