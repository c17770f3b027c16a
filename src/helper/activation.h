// SPDX-License-Identifier: Apache-2.0
// How the helper was started: on a socket to one caller, or by systemd on a socket where callers come.
#ifndef TOOPHER_HELPER_ACTIVATION_H
#define TOOPHER_HELPER_ACTIVATION_H

#include <string>

namespace toopher::helper {

enum class Start {
  neither,    ///< from a shell, for instance
  spawned,    ///< descriptor 0 is connected to the one caller
  activated,  ///< descriptor 0 is a listening socket
};

/// Moves a socket that was passed as sd_listen_fds(3) describes to descriptor 0. To be called before anything is opened.
[[nodiscard]] Start how_started();

/// The credentials that systemd.exec(5), LoadCredential=credentials:…, has made readable; "" if there are none.
[[nodiscard]] std::string passed_credentials();

}  // namespace toopher::helper

#endif
