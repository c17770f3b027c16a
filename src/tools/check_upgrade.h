// SPDX-License-Identifier: Apache-2.0
// What somebody who had the earlier Toopher PAM module must know.
#ifndef TOOPHER_TOOLS_CHECK_UPGRADE_H
#define TOOPHER_TOOLS_CHECK_UPGRADE_H

#include <string>
#include <vector>

#include "tools/check_finding.h"

namespace toopher::tools {

/// Files named .toopher in the homes of local accounts.
[[nodiscard]] std::vector<std::string> earlier_pairings();

struct EarlierTraces {
  std::vector<std::string> pairings;  ///< earlier_pairings()
  bool argument = false;              ///< config_fail_closed in a stack
  bool no_failure_policy = false;     ///< a configuration that does not say what happens without a server
};

/// The differences, if there are traces.
void report_upgrade(Findings& findings, const EarlierTraces& traces);

}  // namespace toopher::tools

#endif
