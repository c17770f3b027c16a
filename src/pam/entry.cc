// SPDX-License-Identifier: Apache-2.0
// What libpam calls (pam_sm_authenticate(3), pam_sm_setcred(3)); nothing else is exported.
#include <security/pam_modules.h>

#include "pam/authenticate.h"

#define TOOPHER_EXPORT extern "C" __attribute__((visibility("default")))

TOOPHER_EXPORT int pam_sm_authenticate(pam_handle_t* handle, int flags, int argc, const char** argv) {
  return toopher::pam::authenticate(handle, flags, argc, argv);
}

/// There are no credentials to establish; a stack whose setcred disagrees with its authenticate would lock people out.
TOOPHER_EXPORT int pam_sm_setcred(pam_handle_t* /*handle*/, int /*flags*/, int /*argc*/,
                                  const char** /*argv*/) {
  return PAM_SUCCESS;
}
