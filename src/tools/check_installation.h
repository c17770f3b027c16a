// SPDX-License-Identifier: Apache-2.0
// Whether the parts are where a login looks for them: the helper and its user, its socket, the module.
#ifndef TOOPHER_TOOLS_CHECK_INSTALLATION_H
#define TOOPHER_TOOLS_CHECK_INSTALLATION_H

#include <string>

#include "tools/check_finding.h"

namespace toopher::tools {

/// The user that the helper becomes, and the program.
void check_helper(Findings& findings, const std::string& program);

/// The socket where unprivileged programs reach the helper. `needed_by` names such programs' services, or is "".
void check_socket(Findings& findings, const std::string& path, const std::string& needed_by);

/// Where libpam looks for a module that is named without a directory.
[[nodiscard]] std::string module_path(const std::string& module);

/// A module's file. True if it is there and in order.
bool check_module(Findings& findings, const std::string& module);

}  // namespace toopher::tools

#endif
