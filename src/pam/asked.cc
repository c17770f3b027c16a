// SPDX-License-Identifier: Apache-2.0
#include "pam/asked.h"

#include <unistd.h>

#include <optional>

#include "pam/misconfigured.h"

namespace toopher::pam {
namespace {

bool runs_setuid() {
  return ::getuid() != ::geteuid();
}

/// PAM_RUSER is believed only where the kernel vouches for it: in a setuid host, as the name of the real uid.
std::optional<std::string> invoker(const std::string& ruser) {
  if (!runs_setuid() || ruser.empty()) return std::nullopt;
  const auto account = find_account(ruser);
  if (!account || account->uid != ::getuid()) return std::nullopt;
  return account->name;
}

}  // namespace

std::string whom_to_ask(config::Ask ask, const Account& account, const AttemptKey& key) {
  if (ask == config::Ask::user) return account.name;
  const auto caller = invoker(key.ruser);
  if (ask == config::Ask::ruser) {
    if (!caller)
      throw Misconfigured("ask = ruser needs a host that runs setuid and sets PAM_RUSER, as su and sudo do");
    return *caller;
  }
  const bool su = key.service == "su" || key.service == "su-l";
  const bool sudo = key.service == "sudo" || key.service == "sudo-i";
  if (caller && ((su && account.uid == 0) || sudo)) return *caller;
  return account.name;
}

}  // namespace toopher::pam
