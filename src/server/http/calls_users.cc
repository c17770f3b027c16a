// SPDX-License-Identifier: Apache-2.0
// Users and their recovery codes.
#include "server/http/calls.h"
#include "server/service/recovery.h"
#include "server/service/users.h"

namespace toopher::server::calls {

Answer find_users(ApiCall& call) {
  const auto user = user_named(call.context, call.caller, call.arguments.text("name", "user_name"));
  const api::Json list(json_array());
  if (user) api::append(list, api::to_json(present(call.context, *user)));
  return answer_with(list);
}

Answer create_user(ApiCall& call) {
  require_enrol_or_admin(call.caller);
  return answer_with(call,
                     user_named_or_new(call.context, call.caller, call.arguments.text("name", "user_name")));
}

Answer read_user(ApiCall& call) {
  return answer_with(call, user_with_id(call.context, call.caller, call.id));
}

Answer pairings_of_user(ApiCall& call) {
  const auto deactivated = call.arguments.flag("deactivated");
  const api::Json list(json_array());
  for (const Pairing& pairing :
       call.context.store.pairings_of_user(user_with_id(call.context, call.caller, call.id).id)) {
    const api::Pairing shown = present(call.context, pairing);
    // What was denied or never answered is no pairing.
    if (!shown.enabled && !shown.pending && !shown.deactivated) continue;
    if (!deactivated || *deactivated == shown.deactivated) api::append(list, api::to_json(shown));
  }
  return answer_with(list);
}

Answer change_user(ApiCall& call) {
  auto enabled = call.arguments.flag("toopher_authentication_enabled");
  if (const auto disabled = call.arguments.flag("disable_toopher_auth"); !enabled && disabled)
    enabled = !*disabled;
  if (!enabled) refuse(400, "toopher_authentication_enabled is missing.");
  return answer_with(call, set_user_enabled(call.context, call.caller, call.id, *enabled));
}

Answer reset_user(ApiCall& call) {
  server::reset_user(call.context, call.caller, call.arguments.text("user_name", "name"));
  return answer_with_nothing();
}

Answer make_recovery_codes(ApiCall& call) {
  const bool create = call.arguments.flag("create_user_if_needed").value_or(false);
  const auto codes = server::make_recovery_codes(
      call.context, call.caller,
      {call.arguments.text("user_name", "name"), create, call.arguments.text("authorization")});
  api::Json list(json_array());
  for (const Secret& code : codes) api::append(list, api::json_text(code.view()));
  const api::Json answer(json_object());
  api::set_member(answer, "otp_list", std::move(list));
  return answer_with(answer);
}

}  // namespace toopher::server::calls
