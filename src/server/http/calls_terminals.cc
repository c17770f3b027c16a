// SPDX-License-Identifier: Apache-2.0
// User terminals.
#include "server/http/calls.h"
#include "server/service/terminals.h"

namespace toopher::server::calls {

namespace {

/// In the words of every generation of client libraries.
struct Words {
  explicit Words(const Arguments& arguments)
      : name(arguments.text("name", "terminal_name")),
        extra(arguments.text("requester_specified_id", "name_extra", "requester_specified_terminal_id")) {}
  [[nodiscard]] TerminalWords view() const { return {name, extra}; }

  std::string name;
  std::string extra;
};

Answer answer_with(ApiCall& call, const Terminal& terminal) {
  return server::answer_with(api::to_json(present(call.context, terminal)));
}

}  // namespace

Answer create_terminal(ApiCall& call) {
  const Words words(call.arguments);
  return answer_with(
      call, name_terminal(call.context, call.caller, call.arguments.text("user_name"), words.view()));
}

Answer read_terminal(ApiCall& call) {
  return answer_with(call, server::read_terminal(call.context, call.caller, call.id));
}

Answer change_terminal(ApiCall& call) {
  const Words words(call.arguments);
  return answer_with(call, server::change_terminal(call.context, call.caller, call.id, words.view()));
}

}  // namespace toopher::server::calls
