// SPDX-License-Identifier: Apache-2.0
// One run of toopher-admin: with the running server if there is one, else with the database itself.
#ifndef TOOPHER_SERVER_ADMIN_SESSION_H
#define TOOPHER_SERVER_ADMIN_SESSION_H

#include <memory>
#include <stdexcept>
#include <string>

#include "api/error.h"
#include "api/json.h"
#include "server/admin/link.h"
#include "server/server_config.h"

namespace toopher::server::admin {

namespace exit_status {
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kNoSuchUser = 3;
}  // namespace exit_status

struct Wishes {
  bool json = false;
  bool yes = false;      ///< nobody is asked
  bool offline = false;  ///< the server must not run
  bool quiet = false;    ///< nothing is said about the server not running
};

class Session {
 public:
  /// Finds the server. Throws FileError, StoreError, ConfigError or std::runtime_error.
  Session(ServerConfig config, const Wishes& wishes);

  /// What the operation of this name answers. Throws Refused with what the operation or the server refused, and
  /// std::runtime_error when there is no answer.
  api::Json call(const std::string& operation, const json_t* parameters) {
    return link_->call(operation, parameters);
  }
  [[nodiscard]] const ServerConfig& config() const { return config_; }
  [[nodiscard]] bool json() const { return wishes_.json; }
  [[nodiscard]] bool yes() const { return wishes_.yes; }
  [[nodiscard]] bool server_runs() const { return server_runs_; }
  /// Closes what it works on, until find_server().
  void let_go() { link_.reset(); }
  /// Looks for the server anew: it has ended, or begun, meanwhile.
  void find_server();
  /// Says so, and is the exit status.
  [[nodiscard]] int failed(const std::string& message) const;

 private:
  ServerConfig config_;
  Wishes wishes_;
  bool server_runs_ = false;
  std::unique_ptr<Link> link_;
};

}  // namespace toopher::server::admin

#endif
