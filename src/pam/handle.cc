// SPDX-License-Identifier: Apache-2.0
#include "pam/handle.h"

#include <security/pam_ext.h>
#include <syslog.h>

namespace toopher::pam {

std::string Handle::user() const {
  const char* name = nullptr;
  if (pam_get_user(handle_, &name, nullptr) != PAM_SUCCESS || name == nullptr) return {};
  return name;
}

std::string Handle::item(int type) const {
  const void* value = nullptr;
  if (pam_get_item(handle_, type, &value) != PAM_SUCCESS || value == nullptr) return {};
  return static_cast<const char*>(value);
}

std::string_view Handle::authtok() const {
  const void* value = nullptr;
  if (pam_get_item(handle_, PAM_AUTHTOK, &value) != PAM_SUCCESS || value == nullptr) return {};
  return static_cast<const char*>(value);
}

const pam_conv* Handle::conversation() const {
  const void* value = nullptr;
  if (pam_get_item(handle_, PAM_CONV, &value) != PAM_SUCCESS) return nullptr;
  return static_cast<const pam_conv*>(value);
}

void Handle::log(int priority, const std::string& line) const {
  pam_syslog(handle_, LOG_AUTHPRIV | priority, "%s", line.c_str());
}

}  // namespace toopher::pam
