// SPDX-License-Identifier: Apache-2.0
// What the helper is told about a login: its `login` line (see helper/protocol.h).
#ifndef TOOPHER_PAM_LOGIN_LINE_H
#define TOOPHER_PAM_LOGIN_LINE_H

#include <string>

#include "config/config.h"
#include "helper/protocol.h"
#include "pam/account.h"
#include "pam/handle.h"
#include "pam/remembered.h"

namespace toopher::pam {

/// `account` is logged in to; `asked` is the account whose phone is asked. Throws Misconfigured if its name for the server is too long.
[[nodiscard]] helper::Message login_line(const Handle& handle, const AttemptKey& key,
                                         const config::Options& options, const Account& account,
                                         const std::string& asked);

}  // namespace toopher::pam

#endif
