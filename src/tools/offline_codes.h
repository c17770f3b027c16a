// SPDX-License-Identifier: Apache-2.0
// New offline codes of this machine for an account, shown once.
#ifndef TOOPHER_TOOLS_OFFLINE_CODES_H
#define TOOPHER_TOOLS_OFFLINE_CODES_H

#include "tools/approval.h"

namespace toopher::tools {

/// Has the phone approve them, the helper make them, and prints them. `talk` must be fresh. Throws Failure.
void make_offline_codes(HelperTalk talk, const Subject& subject);

}  // namespace toopher::tools

#endif
