// SPDX-License-Identifier: Apache-2.0
// The operations on a database whose server does not run.
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include "server/admin/call.h"
#include "server/admin/command.h"
#include "server/admin/in_use.h"
#include "server/admin/link.h"
#include "server/alone.h"
#include "server/setup.h"

namespace toopher::server::admin {

namespace {

class DatabaseLink final : public Link {
 public:
  explicit DatabaseLink(const ServerConfig& config)
      : in_use_(config, InUse::alone), alone_(config, load_sealing_key(config.key_file)) {}

  api::Json call(const std::string& operation, const json_t* parameters) override {
    const Command* const command = command_named(operation);
    if (command == nullptr || command->operate == nullptr)
      throw std::runtime_error("\"" + operation + "\" needs the running server, and it does not run");
    const char* const sudo_user = std::getenv("SUDO_USER");
    const Caller caller =
        operator_named(account_name(::geteuid()), sudo_user == nullptr ? "" : sudo_user, parameters);
    api::Json answer;
    alone_.run([&](Context& context) { answer = command->operate({context, caller, parameters}); });
    return answer;
  }

 private:
  InUse in_use_;
  Alone alone_;
};

}  // namespace

std::unique_ptr<Link> link_to_database(const ServerConfig& config) {
  return std::make_unique<DatabaseLink>(config);
}

}  // namespace toopher::server::admin
