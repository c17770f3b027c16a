// SPDX-License-Identifier: Apache-2.0
// pam_password.so: asks for the password as pam_unix does, leaves it to the modules behind it, and believes any.
#include <security/pam_ext.h>
#include <security/pam_modules.h>

#define ENTRY extern "C" __attribute__((visibility("default"))) int

ENTRY pam_sm_authenticate(pam_handle_t* handle, int /*flags*/, int /*argc*/, const char** /*argv*/) {
  const char* password = nullptr;
  return ::pam_get_authtok(handle, PAM_AUTHTOK, &password, nullptr);
}

ENTRY pam_sm_setcred(pam_handle_t* /*handle*/, int /*flags*/, int /*argc*/, const char** /*argv*/) {
  return PAM_SUCCESS;
}
