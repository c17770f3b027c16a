// SPDX-License-Identifier: Apache-2.0
// Where a login comes from, as an identifier: the server tells terminals of equal names apart by it (terminal_name_extra).
#ifndef TOOPHER_HELPER_TERMINAL_ID_H
#define TOOPHER_HELPER_TERMINAL_ID_H

#include <string>

#include "helper/protocol.h"

namespace toopher::helper {

/// 32 hexadecimal digits, made of `machine_id`, and of host, service, rhost and kind of terminal (`pts`, `tty`, `ssh`) of a
/// `login` line: the same place has the same one each time, two machines never share one, whatever they are called. What
/// an ordinary program told (`verified` false) never leads to a place of the system.
[[nodiscard]] std::string terminal_id_of(const Message& login, const std::string& machine_id, bool verified);

/// Of machine-id(5), which must not be shown to others as it is; empty where there is none.
[[nodiscard]] std::string read_machine_id();

}  // namespace toopher::helper

#endif
