// SPDX-License-Identifier: Apache-2.0
// Whether the services of nsswitch.conf(5) can say at all in which groups an account is.
//
// getgrouplist(3) leaves out the groups of a service that fails, and getgrnam(3) tells only what the last service said: with
// SSSD or LDAP down, a member of a group becomes nobody in particular. So each service is asked once more, by the interface
// that the C library itself calls (the GNU C library manual, "NSS Modules Interface"), where the answer has a status. Its
// groups count as well: a service may have failed for a moment only, or for good in a process that once could not load it,
// which the limits of whoever starts su can bring about.
#ifndef TOOPHER_PAM_NAME_SERVICES_H
#define TOOPHER_PAM_NAME_SERVICES_H

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace toopher::pam {

/// The services that nsswitch.conf's text names for supplementary groups: those of `initgroups`, or else of `group`;
/// `files` if it names none.
[[nodiscard]] std::vector<std::string> group_services(std::string_view nsswitch);

/// What the services say of one account.
struct ServiceGroups {
  std::vector<gid_t> groups;
  std::string failure;  ///< which service failed, as a sentence; "" if each answered
};

/// Asks each. `files` is not asked: what it knows, getgrnam(3) has told. `gid` is the account's primary group, which they leave
/// out.
[[nodiscard]] ServiceGroups ask_name_services(const std::string& account, gid_t gid);

}  // namespace toopher::pam

#endif
