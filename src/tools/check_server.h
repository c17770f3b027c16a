// SPDX-License-Identifier: Apache-2.0
// Each server as a login would find it: asked by the helper, judged here.
#ifndef TOOPHER_TOOLS_CHECK_SERVER_H
#define TOOPHER_TOOLS_CHECK_SERVER_H

#include <string>

#include "config/config.h"
#include "tools/check_finding.h"

namespace toopher::tools {

/// `user` is an account to look up, or "".
void check_servers(Findings& findings, const std::string& config_file, const config::Config& config,
                   const std::string& helper, const std::string& user);

}  // namespace toopher::tools

#endif
