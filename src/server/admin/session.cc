// SPDX-License-Identifier: Apache-2.0
#include "server/admin/session.h"

#include <cstdio>

namespace toopher::server::admin {

Session::Session(ServerConfig config, const Wishes& wishes) : config_(std::move(config)), wishes_(wishes) {
  find_server();
  if (!server_runs_ && !wishes_.offline && !wishes_.quiet) {
    (void)std::fprintf(stderr, "toopher-admin: toopherd does not run; this works on the database itself\n");
  }
}

void Session::find_server() {
  link_.reset();
  link_ = link_to_server(config_);
  server_runs_ = link_ != nullptr;
  if (server_runs_ && wishes_.offline)
    throw std::runtime_error("toopherd runs (" + config_.admin_socket +
                             "), so --offline is refused; stop it first");
  if (!server_runs_) link_ = link_to_database(config_);
}

int Session::failed(const std::string& message) const {
  (void)std::fprintf(stderr, "toopher-admin: %s\n", message.c_str());
  return exit_status::kFailed;
}

}  // namespace toopher::server::admin
