// SPDX-License-Identifier: Apache-2.0
// Whether a user needs the second factor.
#ifndef TOOPHER_PAM_POLICY_H
#define TOOPHER_PAM_POLICY_H

#include <functional>
#include <optional>
#include <string>

#include "config/config.h"

namespace toopher::pam {

enum class Requirement {
  exempt,    ///< not asked
  optional,  ///< asked if paired
  required,  ///< asked; an unpaired user is refused
};

/// Whether the user is a member of the group of that name; nothing if the look-up failed. A group that does not exist has no
/// members.
using Membership = std::function<std::optional<bool>(const std::string& group)>;

/// Excluded wins over everything; required-group wins over
/// available-group and nullok. Nothing if a look-up that mattered failed: the user might be required.
[[nodiscard]] std::optional<Requirement> requirement(const config::Options& options,
                                                     const Membership& is_member);

}  // namespace toopher::pam

#endif
