// SPDX-License-Identifier: Apache-2.0
// Whose phone is asked.
#ifndef TOOPHER_PAM_ASKED_H
#define TOOPHER_PAM_ASKED_H

#include <optional>

#include "config/config.h"
#include "pam/account.h"
#include "pam/remembered.h"

namespace toopher::pam {

/// The account whose phone is asked when `account` is logged in to: su to root, and sudo that wants the target's password,
/// concern the person who calls them. Nothing if `ask` = ruser cannot be done in this host. Throws Undecidable if the caller
/// of su or sudo cannot be found, and std::system_error if the look-up fails.
[[nodiscard]] std::optional<Account> whom_to_ask(config::Ask ask, const Account& account,
                                                 const AttemptKey& key);

}  // namespace toopher::pam

#endif
