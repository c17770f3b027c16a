// SPDX-License-Identifier: Apache-2.0
// New recovery codes for an account, shown once.
#ifndef TOOPHER_TOOLS_RECOVERY_CODES_H
#define TOOPHER_TOOLS_RECOVERY_CODES_H

#include <optional>
#include <string>

#include "tools/approval.h"

namespace toopher::tools {

/// Has the server make codes and prints them; false, and nothing has happened, if it wants an approval. Throws Failure.
[[nodiscard]] bool make_recovery_codes(HelperTalk talk, const Subject& subject,
                                       const std::string& authorization);

}  // namespace toopher::tools

#endif
