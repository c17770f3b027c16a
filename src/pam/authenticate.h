// SPDX-License-Identifier: Apache-2.0
// One call of pam_sm_authenticate: reads the configuration, decides whom to ask, runs the login, says how it ended.
#ifndef TOOPHER_PAM_AUTHENTICATE_H
#define TOOPHER_PAM_AUTHENTICATE_H

#include <security/pam_modules.h>

namespace toopher::pam {

/// Parameters and result as pam_sm_authenticate(3). Never throws; PAM_SUCCESS only as grants() of outcome.h says.
int authenticate(pam_handle_t* handle, int flags, int argc, const char** argv) noexcept;

}  // namespace toopher::pam

#endif
