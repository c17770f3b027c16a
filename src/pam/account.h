// SPDX-License-Identifier: Apache-2.0
// Accounts by NSS.
#ifndef TOOPHER_PAM_ACCOUNT_H
#define TOOPHER_PAM_ACCOUNT_H

#include <sys/types.h>

#include <optional>
#include <string>

namespace toopher::pam {

struct Account {
  std::string name;  ///< pw_name: what NSS calls the account, whatever was typed
  uid_t uid = 0;
  gid_t gid = 0;
};

/// Nothing if there is no such account; throws std::system_error when the look-up itself fails.
[[nodiscard]] std::optional<Account> find_account(const std::string& name);

}  // namespace toopher::pam

#endif
