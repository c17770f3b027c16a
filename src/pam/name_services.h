// SPDX-License-Identifier: Apache-2.0
// Whether the services of nsswitch.conf(5) can say at all in which groups an account is.
//
// getgrouplist(3) leaves out the groups of a service that fails, and getgrnam(3) tells only what the last service said: with
// SSSD or LDAP down, a member of a group becomes nobody in particular. So each service is asked once more, by the interface
// that the C library itself calls (the GNU C library manual, "NSS Modules Interface"), where the answer has a status.
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

/// Which service failed for this account, as a sentence; "" if each answered. `files` is not asked: what it knows, getgrnam(3)
/// has told.
[[nodiscard]] std::string name_service_failure(const std::string& account, gid_t gid);

}  // namespace toopher::pam

#endif
