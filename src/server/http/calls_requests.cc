// SPDX-License-Identifier: Apache-2.0
// Authentication requests.
#include "server/http/calls.h"
#include "server/service/requests.h"

namespace toopher::server::calls {

namespace {

Initiate initiate_parameters(const Arguments& arguments) {
  Initiate initiate;
  initiate.pairing_id = arguments.text("pairing_id");
  initiate.user_name = arguments.text("user_name");
  initiate.terminal_id = arguments.text("terminal_id");
  initiate.terminal_name = arguments.text("terminal_name");
  initiate.terminal_extra = arguments.text("requester_specified_terminal_id", "terminal_name_extra");
  initiate.action_name = arguments.text("action_name", "action");
  initiate.metadata = arguments.text("requester_metadata");
  initiate.supersedes = arguments.text("supersedes");
  initiate.client_request_id = arguments.text("client_request_id");
  initiate.otp = Secret(arguments.text("otp"));
  initiate.automation_allowed = arguments.flag("automation_allowed").value_or(true);
  initiate.number_matching = arguments.flag("number_matching").value_or(false);
  initiate.ttl_seconds = arguments.number("ttl");
  // RADIUS checks a code with an identifier that no terminal has, and that must not fail for it.
  if (!initiate.otp.empty() && initiate.terminal_name.empty()) initiate.terminal_extra.clear();
  return initiate;
}

}  // namespace

Answer initiate(ApiCall& call) {
  return answer_with(call, server::initiate(call.context, call.caller, initiate_parameters(call.arguments)),
                     true);
}

Answer read_request(ApiCall& call) {
  return answer_with(call, server::read_request(call.context, call.caller, call.id));
}

Answer submit_code(ApiCall& call) {
  const Secret code(call.arguments.text("otp"));
  return answer_with(call, server::submit_code(call.context, call.caller, call.id, code.view()));
}

Answer cancel_request(ApiCall& call) {
  return answer_with(call, server::cancel_request(call.context, call.caller, call.id));
}

}  // namespace toopher::server::calls
