// SPDX-License-Identifier: Apache-2.0
// What toopher-admin can do, as data: one table serves the command line, the running server, and a database whose server
// does not run.
#ifndef TOOPHER_SERVER_ADMIN_COMMAND_H
#define TOOPHER_SERVER_ADMIN_COMMAND_H

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/json.h"
#include "server/admin/call.h"

namespace toopher::server::admin {

class Session;

/// `--name VALUE`, or `--name` where there is no value. Reaches an operation as the member of that name.
struct Option {
  const char* name;
  const char* value;  ///< what the usage calls it; nullptr: a switch
  const char* summary;
};

/// How the items of a list are shown to people.
struct ListForm {
  std::vector<std::string> header;
  std::vector<std::string> (*row)(const json_t* item);
  const char* none;  ///< said when there is no item
};

/// The operation's part is called with the parameters as members of an object: the argument under its name in lower case,
/// options under theirs; all texts, switches are true.
struct Command {
  const char* name;      ///< one word or two
  const char* argument;  ///< "USER"; nullptr: none; "[USER]": may be left out
  const char* summary;   ///< nullptr: an operation for other commands
  std::span<const Option> options{};
  bool changes = false;  ///< something that lasts: goes into the audit log
  bool outdates =
      false;  ///< what other instances may remember for a while: it ends when they do not any more
  bool prints_json = false;  ///< --json may be given
  /// Within a transaction of the server, or of toopher-admin without one. Throws Refused. nullptr: it is no operation.
  api::Json (*operate)(const Call& call) = nullptr;
  /// With the parameter `wait` the server holds an answer without items back until something happens to this topic.
  const char* topic = nullptr;
  /// Its answers are pages: {"items": [...], "next": ...}; `next` goes into the next call's parameters until there is none.
  const ListForm* list = nullptr;
  /// Other answers, for people.
  void (*print)(const json_t* answer) = nullptr;
  /// What will be lost, as a sentence, before it is asked whether to go on; nullptr where nothing is.
  std::string (*warning)(Session& session, const json_t* parameters) = nullptr;
  /// Instead of one call of the operation; an exit status.
  int (*carry_out)(Session& session, const Command& command, const json_t* parameters) = nullptr;
};

/// All of them, as the usage lists them.
std::span<const Command> commands();

/// By name, with one blank between two words; nullptr: unknown.
const Command* command_named(std::string_view name);

}  // namespace toopher::server::admin

#endif
