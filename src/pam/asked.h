// SPDX-License-Identifier: Apache-2.0
// Whose phone is asked.
#ifndef TOOPHER_PAM_ASKED_H
#define TOOPHER_PAM_ASKED_H

#include <string>

#include "config/config.h"
#include "pam/account.h"
#include "pam/remembered.h"

namespace toopher::pam {

/// The name of the account whose phone is asked when `account` is logged in to: su to root, and sudo that wants the
/// target's password, concern the person who calls them. Throws Misconfigured if `ask` = ruser cannot be done here, and
/// std::system_error if an account cannot be looked up.
[[nodiscard]] std::string whom_to_ask(config::Ask ask, const Account& account, const AttemptKey& key);

}  // namespace toopher::pam

#endif
