// SPDX-License-Identifier: Apache-2.0
// The items of a PAM handle that the module reads, and its log.
#ifndef TOOPHER_PAM_HANDLE_H
#define TOOPHER_PAM_HANDLE_H

#include <security/pam_modules.h>

#include <string>
#include <string_view>

namespace toopher::pam {

/// Does not own the handle.
class Handle {
 public:
  explicit Handle(pam_handle_t* handle) : handle_(handle) {}

  [[nodiscard]] pam_handle_t* get() const { return handle_; }
  /// PAM_USER, asked for by libpam if the host has not set it; "" if there is none.
  [[nodiscard]] std::string user() const;
  /// A text item (PAM_SERVICE, PAM_RHOST, …); "" if it is not set.
  [[nodiscard]] std::string item(int type) const;
  /// The password that an earlier module collected, owned by libpam; "" if none.
  [[nodiscard]] std::string_view authtok() const;
  [[nodiscard]] const pam_conv* conversation() const;
  /// Whether the host is sshd: it names its terminal "ssh".
  [[nodiscard]] bool is_sshd() const { return item(PAM_TTY) == "ssh"; }

  /// One line at `priority` (LOG_NOTICE, …) to AUTHPRIV.
  void log(int priority, const std::string& line) const;

 private:
  pam_handle_t* handle_;
};

}  // namespace toopher::pam

#endif
