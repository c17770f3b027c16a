// SPDX-License-Identifier: Apache-2.0
// What `toopher-admin doctor` found: each finding says what to do.
#ifndef TOOPHER_SERVER_ADMIN_FINDINGS_H
#define TOOPHER_SERVER_ADMIN_FINDINGS_H

#include <jansson.h>

#include <cstdint>
#include <string>
#include <vector>

#include "server/server_config.h"

namespace toopher::server::admin {

enum class Level { good = 0, warning = 1, error = 2 };

struct Finding {
  Level level;
  std::string subject;
  std::string text;
  std::string advice;  ///< empty where there is nothing to do
};

class Findings {
 public:
  void good(const std::string& subject, const std::string& text) { add({Level::good, subject, text, ""}); }
  void warning(const std::string& subject, const std::string& text, const std::string& advice) {
    add({Level::warning, subject, text, advice});
  }
  void error(const std::string& subject, const std::string& text, const std::string& advice) {
    add({Level::error, subject, text, advice});
  }
  [[nodiscard]] const std::vector<Finding>& all() const { return all_; }
  [[nodiscard]] Level worst() const { return worst_; }

 private:
  void add(Finding finding) {
    worst_ = std::max(worst_, finding.level);
    all_.push_back(std::move(finding));
  }
  std::vector<Finding> all_;
  Level worst_ = Level::good;
};

/// Owners and modes, room on the disk, whether the database file is sound.
void examine_files(const ServerConfig& config, Findings& findings);
/// Whether it fits its key and the origin, is complete, and for how long.
void examine_certificate(const ServerConfig& config, Findings& findings);
/// The machine's clock.
void examine_clock(Findings& findings);
/// The unit under which systemd runs the server, where it does.
void examine_unit(const ServerConfig& config, Findings& findings);
/// How many files the process may open, against the connections that it is to have.
void examine_descriptors(const ServerConfig& config, std::int64_t pid, Findings& findings);
/// `facts`: what the operation "database" answers. What loses data or time on a PostgreSQL.
void examine_database_server(const ServerConfig& config, const json_t* facts, Findings& findings);

}  // namespace toopher::server::admin

#endif
