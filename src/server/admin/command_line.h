// SPDX-License-Identifier: Apache-2.0
// toopher-admin's command line, read by the table of commands; and its usage, written by it.
#ifndef TOOPHER_SERVER_ADMIN_COMMAND_LINE_H
#define TOOPHER_SERVER_ADMIN_COMMAND_LINE_H

#include <stdexcept>
#include <string>

#include "server/admin/command.h"
#include "server/admin/session.h"

namespace toopher::server::admin {

/// what() says what is wrong.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct CommandLine {
  std::string only_print;  ///< usage or version; then nothing else is set
  std::string config;
  Wishes wishes;
  const Command* command = nullptr;
  api::Json parameters;
  std::string argument;
  std::string user;  ///< the parameter, as messages name it
};

/// Those that go with every command.
std::span<const Option> global_options();
/// The first option of this name, whose ever it is; nullptr: there is none.
const Option* any_option(std::string_view name);
/// The configuration that is read if none is named.
const char* default_config();

/// Throws UsageError.
CommandLine parse_command_line(int argc, char** argv);

}  // namespace toopher::server::admin

#endif
