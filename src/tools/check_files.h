// SPDX-License-Identifier: Apache-2.0
// Owners, modes and links of the files that decide who gets in: everything that is wrong, with the command that mends it.
#ifndef TOOPHER_TOOLS_CHECK_FILES_H
#define TOOPHER_TOOLS_CHECK_FILES_H

#include <map>
#include <optional>
#include <string>

#include "base/file.h"
#include "config/config.h"
#include "tools/check_finding.h"

namespace toopher::tools {

/// `path` for a command line that is shown.
[[nodiscard]] std::string shell_quoted(const std::string& path);

/// Looks at a regular file and at every directory and link that leads to it. True if the module would believe it.
/// `how_to_make` is advice for the case that there is none.
bool check_file(Findings& findings, Area area, const std::string& path, const FileRules& rules,
                const std::string& how_to_make = "Write it; see toopher.conf(5).");

/// The same for a directory.
bool check_directory_of(Findings& findings, Area area, const std::string& path, const FileRules& rules);

/// Configurations and what they name, each looked at once.
class Configurations {
 public:
  explicit Configurations(Findings& findings) : findings_(findings) {}

  /// Nothing if it is not believed or not understood; that is a finding then. The result lives as long as this object.
  const config::Config* look_at(const std::string& file);
  /// Whether one of them leaves failure-policy to its default.
  [[nodiscard]] bool some_without_failure_policy() const { return some_without_failure_policy_; }

 private:
  [[nodiscard]] std::optional<config::Config> read(const std::string& file);
  void check_credentials(const std::string& file);
  void check_authorities(const config::Api& api);

  Findings& findings_;
  std::map<std::string, std::optional<config::Config>> known_;
  bool some_without_failure_policy_ = false;
};

}  // namespace toopher::tools

#endif
