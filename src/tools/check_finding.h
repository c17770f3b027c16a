// SPDX-License-Identifier: Apache-2.0
// What toopher-check found out: one sentence each, with what to do; printed for people or as JSON.
#ifndef TOOPHER_TOOLS_CHECK_FINDING_H
#define TOOPHER_TOOLS_CHECK_FINDING_H

#include <string>
#include <vector>

namespace toopher::tools {

/// Where to look; printed in this order.
enum class Area { files, installation, server, user, services, sshd, upgrade };
enum class Severity { ok, info, warning, error };

struct Finding {
  Area area;
  Severity severity;
  std::string what;
  std::string what_to_do;  ///< "" if there is nothing to do
};

class Findings {
 public:
  void ok(Area area, std::string what) { add({area, Severity::ok, std::move(what), {}}); }
  void info(Area area, std::string what, std::string what_to_do = {}) {
    add({area, Severity::info, std::move(what), std::move(what_to_do)});
  }
  void warning(Area area, std::string what, std::string what_to_do) {
    add({area, Severity::warning, std::move(what), std::move(what_to_do)});
  }
  void error(Area area, std::string what, std::string what_to_do) {
    add({area, Severity::error, std::move(what), std::move(what_to_do)});
  }
  /// A finding that is there already is not added again.
  void add(Finding finding);

  [[nodiscard]] const std::vector<Finding>& all() const { return findings_; }
  /// 0 nothing is wrong, 1 warnings, 2 errors.
  [[nodiscard]] int exit_status() const;

  /// Grouped by area, wrapped at `columns`, fit for a terminal.
  [[nodiscard]] std::string text(unsigned columns) const;
  /// One JSON object and a line feed.
  [[nodiscard]] std::string json() const;

 private:
  std::vector<Finding> findings_;
};

}  // namespace toopher::tools

#endif
