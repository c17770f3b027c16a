// SPDX-License-Identifier: Apache-2.0
// What libpam calls (pam_sm_authenticate(3), pam_sm_setcred(3)); nothing else is exported.
#include <security/pam_modules.h>

#include "pam/authenticate.h"

// libsupc++'s own, for leak checkers; in no header.
namespace __gnu_cxx {       // NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
void __freeres() noexcept;  // NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
}

namespace {

/// libstdc++ allocates 72 KiB for exceptions when it is loaded, and leaves them behind when it is unloaded.
__attribute__((destructor)) void release_exception_pool() {
  __gnu_cxx::__freeres();
}

}  // namespace

#define TOOPHER_EXPORT extern "C" __attribute__((visibility("default")))

TOOPHER_EXPORT int pam_sm_authenticate(pam_handle_t* handle, int flags, int argc, const char** argv) {
  return toopher::pam::authenticate(handle, flags, argc, argv);
}

/// There are no credentials to establish; a stack whose setcred disagrees with its authenticate would lock people out.
TOOPHER_EXPORT int pam_sm_setcred(pam_handle_t* /*handle*/, int /*flags*/, int /*argc*/,
                                  const char** /*argv*/) {
  return PAM_SUCCESS;
}
