// SPDX-License-Identifier: Apache-2.0
// The services that use the module: whom they let in, whom they lock out, and what is left when the module breaks.
#ifndef TOOPHER_TOOLS_CHECK_SERVICES_H
#define TOOPHER_TOOLS_CHECK_SERVICES_H

#include <map>
#include <string>
#include <vector>

#include "tools/check_files.h"
#include "tools/check_finding.h"
#include "tools/check_stack.h"
#include "tools/check_verdict.h"

namespace toopher::tools {

struct Service {
  Stack auth;
  StackVerdict verdict;
};

class Services {
 public:
  /// Reads every service of `files` that uses the module.
  explicit Services(const PamFiles& files);

  /// Adds findings about all of them, and looks at the configurations that they name.
  void report(Findings& findings, Configurations& configurations) const;
  /// Says which ways into the machine are left if the module breaks. `key_alone`: sshd lets in with a key and nothing
  /// else.
  void report_ways_in(Findings& findings, bool key_alone) const;

  /// Null if it does not use the module.
  [[nodiscard]] const Service* find(const std::string& name) const;
  /// Those whose programs usually do not run as root, separated by commas.
  [[nodiscard]] std::string unprivileged() const;
  /// A line somewhere has the argument `config_fail_closed`.
  [[nodiscard]] bool has_earlier_argument() const;

 private:
  std::vector<std::string> all_;
  std::map<std::string, Service> using_;
  std::vector<Finding> misplaced_;  ///< lines of the module outside auth
};

}  // namespace toopher::tools

#endif
