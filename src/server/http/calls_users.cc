// SPDX-License-Identifier: Apache-2.0
// Users and their recovery codes.
#include "server/http/calls.h"
#include "server/service/recovery.h"
#include "server/service/users.h"

namespace toopher::server::calls {

Answer find_users(ApiCall& call) {
  const auto user = user_named(call.context, call.caller, call.arguments.text("name", "user_name"));
  api::JsonWriter json;
  json.begin_array();
  if (user) write(json, present(call.context, *user));
  json.end_array();
  return answer_with(std::move(json).take());
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
  api::JsonWriter json;
  json.begin_array();
  for (const Pairing& pairing :
       call.context.store.pairings_of_user(user_with_id(call.context, call.caller, call.id).id)) {
    const api::Pairing shown = present(call.context, pairing);
    // What was denied or never answered is no pairing.
    if (!shown.enabled && !shown.pending && !shown.deactivated) continue;
    if (!deactivated || *deactivated == shown.deactivated) write(json, shown);
  }
  json.end_array();
  return answer_with(std::move(json).take());
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
  api::JsonWriter json;
  json.begin_object().name("otp_list").begin_array();
  for (const Secret& code : codes) json.value(code.view());
  json.end_array().end_object();
  return answer_with(std::move(json).take());
}

}  // namespace toopher::server::calls
