// SPDX-License-Identifier: Apache-2.0
// What libpam makes of a stack when each module's result is known: _pam_dispatch_aux of Linux-PAM, in thought.
#ifndef TOOPHER_TOOLS_CHECK_DISPATCH_H
#define TOOPHER_TOOLS_CHECK_DISPATCH_H

#include <cstddef>
#include <functional>
#include <vector>

#include "tools/check_stack.h"

namespace toopher::tools {

struct Dispatched {
  int code;                            ///< what pam_authenticate(3) returns
  std::vector<std::size_t> consulted;  ///< indices of the lines whose modules were called
};

/// `result` gives the PAM code of a line of kind module.
[[nodiscard]] Dispatched dispatch(const Stack& stack, const std::function<int(const StackLine&)>& result);

}  // namespace toopher::tools

#endif
