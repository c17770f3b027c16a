// SPDX-License-Identifier: Apache-2.0
// The one line that each login leaves in the system's log (pam_toopher(8), LOG).
#ifndef TOOPHER_PAM_LOG_LINE_H
#define TOOPHER_PAM_LOG_LINE_H

#include <string>

#include "config/config.h"
#include "pam/handle.h"
#include "pam/outcome.h"
#include "pam/remembered.h"

namespace toopher::pam {

/// Logs how the login of `key` ended. `asked` is the account whose phone was asked, where that is not the name that was typed.
void log_outcome(const Handle& handle, const AttemptKey& key, const config::Options& options,
                 const std::string& asked, const Outcome& outcome);

}  // namespace toopher::pam

#endif
