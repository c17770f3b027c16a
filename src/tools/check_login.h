// SPDX-License-Identifier: Apache-2.0
// A trial login: the module as a service calls it, on this terminal, with nothing under /etc changed.
#ifndef TOOPHER_TOOLS_CHECK_LOGIN_H
#define TOOPHER_TOOLS_CHECK_LOGIN_H

#include <string>

#include "tools/check_stack.h"

namespace toopher::tools {

/// Authenticates `user` with the arguments that `service` gives the module, and says how it ended. Returns whether the
/// service's own stack would let in. Throws Failure if the trial cannot be made.
bool try_login(const PamFiles& files, const std::string& service, const std::string& user);

}  // namespace toopher::tools

#endif
