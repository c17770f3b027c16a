// SPDX-License-Identifier: Apache-2.0
// Whether a user needs the second factor.
#ifndef TOOPHER_PAM_POLICY_H
#define TOOPHER_PAM_POLICY_H

#include "config/config.h"
#include "pam/groups.h"

namespace toopher::pam {

/// From the mildest to the strictest.
enum class Requirement {
  exempt,    ///< not asked
  optional,  ///< asked if paired
  required,  ///< asked; an unpaired user is refused
};

/// What `options` demand of the account that `groups` belong to. excluded-group wins over everything; required-group wins over
/// availability, available-group and nullok. Throws Undecidable where a failed look-up might have made it stricter; one of
/// excluded-group can only make it milder, and counts as "not a member".
[[nodiscard]] Requirement requirement(const config::Options& options, Groups& groups);

}  // namespace toopher::pam

#endif
