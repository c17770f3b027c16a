// SPDX-License-Identifier: Apache-2.0
#include "pam/account.h"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

namespace toopher::pam {
namespace {

constexpr std::size_t kMaxEntry = 1'048'576;  // the longest passwd or group entry that is taken
constexpr int kMaxGroups = 65536;             // NGROUPS_MAX

/// Calls a *_r function with a growing buffer; its error number (0: found or not found).
template <typename Look>
int with_buffer(std::vector<char>& buffer, Look look) {
  for (buffer.resize(1024);; buffer.resize(buffer.size() * 4)) {
    const int error = look(buffer.data(), buffer.size());
    if (error == EINTR) continue;
    if (error != ERANGE || buffer.size() >= kMaxEntry) return error;
  }
}

/// What getpwnam_r(3) and getgrnam_r(3) may return for "no such entry".
bool means_absent(int error) {
  return error == 0 || error == ENOENT || error == ESRCH;
}

bool lists(const ::group& entry, const std::string& name) {
  for (char** member = entry.gr_mem; member != nullptr && *member != nullptr; ++member)
    if (name == *member) return true;
  return false;
}

}  // namespace

std::optional<Account> find_account(const std::string& name) {
  std::vector<char> buffer;
  passwd entry{};
  passwd* found = nullptr;
  const int error = with_buffer(buffer, [&](char* data, std::size_t size) {
    return ::getpwnam_r(name.c_str(), &entry, data, size, &found);
  });
  if (found != nullptr) return Account{entry.pw_name, entry.pw_uid, entry.pw_gid};
  if (means_absent(error)) return std::nullopt;
  throw std::system_error(error, std::generic_category(), "looking up the account");
}

std::optional<bool> is_member(const Account& account, const std::string& group) {
  std::vector<char> buffer;
  ::group entry{};
  ::group* found = nullptr;
  const int error = with_buffer(buffer, [&](char* data, std::size_t size) {
    return ::getgrnam_r(group.c_str(), &entry, data, size, &found);
  });
  if (found == nullptr) return means_absent(error) ? std::optional<bool>(false) : std::nullopt;
  // getgrouplist(3) leaves out what it could not look up and says nothing, so what is already known comes first.
  if (entry.gr_gid == account.gid || lists(entry, account.name)) return true;

  std::vector<gid_t> groups(64);
  for (;;) {
    int count = static_cast<int>(groups.size());
    if (::getgrouplist(account.name.c_str(), account.gid, groups.data(), &count) >= 0) {
      groups.resize(static_cast<std::size_t>(count));
      return std::find(groups.begin(), groups.end(), entry.gr_gid) != groups.end();
    }
    if (groups.size() >= kMaxGroups) return std::nullopt;
    groups.resize(groups.size() * 4);
  }
}

}  // namespace toopher::pam
