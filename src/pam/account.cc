// SPDX-License-Identifier: Apache-2.0
#include "pam/account.h"

#include <pwd.h>

#include <system_error>
#include <vector>

#include "pam/look_up.h"

namespace toopher::pam {

std::optional<Account> find_account(const std::string& name) {
  std::vector<char> buffer;
  passwd entry{};
  passwd* found = nullptr;
  const int error = look_up(buffer, [&](char* data, std::size_t size) {
    return ::getpwnam_r(name.c_str(), &entry, data, size, &found);
  });
  if (found != nullptr) return Account{entry.pw_name, entry.pw_uid, entry.pw_gid};
  if (means_absent(error)) return std::nullopt;
  throw std::system_error(error, std::generic_category(), "looking up the account");
}

}  // namespace toopher::pam
