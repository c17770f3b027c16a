// SPDX-License-Identifier: Apache-2.0
// In place of the helper's seccomp filter, which would keep valgrind from writing down what it counted.
#include "helper/sandbox.h"

namespace toopher::helper {

void confine(const Sandbox& /*sandbox*/) {}

}  // namespace toopher::helper
