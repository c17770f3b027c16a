// SPDX-License-Identifier: Apache-2.0
// Pairings.
#include <memory>

#include "server/http/calls.h"
#include "server/http/messages.h"
#include "server/http/qr_image.h"
#include "server/service/enrolment.h"
#include "server/service/pairings.h"
#include "server/service/reset_links.h"
#include "server/service/users.h"

namespace toopher::server::calls {

namespace {

/// Named, or meant by its id. Renaming would hand a factor to another account.
std::string user_name_of(const ApiCall& call) {
  std::string name = call.arguments.text("user_name");
  const std::string id = call.arguments.text("user_id");
  if (id.empty()) return name;
  const User user = user_with_id(call.context, call.caller, id);
  if (!name.empty() && name != user.name) refuse(409, "A user cannot get another name.");
  return user.name;
}

/// An enrolment of this call's user.
Enrolment enrolment_of(ApiCall& call) {
  return create_enrolment(call.context, call.caller, user_name_of(call),
                          call.arguments.text("authorization"));
}

Secret reset_link_of(ApiCall& call) {
  const std::string question = call.arguments.text("security_question");
  const std::string answer = call.arguments.text("security_answer");
  return server::make_reset_link(call.context, call.caller, call.id, {question, answer});
}

/// The errand that draws `link`. A function can be copied, a Secret cannot.
std::function<Answer()> drawing(Secret link) {
  return [shared = std::make_shared<Secret>(std::move(link))] {
    Answer answer{200, qr_image(shared->view())};
    answer.content_type = "image/png";
    return answer;
  };
}

}  // namespace

Answer create_pairing(ApiCall& call) {
  const std::string phrase = call.arguments.text("pairing_phrase", "pairing_token");
  return answer_with(call, server::create_pairing(call.context, call.caller, phrase, user_name_of(call),
                                                  call.arguments.text("authorization")));
}

Answer create_qr_pairing(ApiCall& call) {
  const Enrolment enrolment = enrolment_of(call);
  const api::Json answer = api::parse_object(api::to_json(present(call.context, enrolment.pairing)));
  api::set_member(answer, "enrolment_link", api::json_text(enrolment.link.view()));
  const Millis left = enrolment.pairing.expires - call.context.now;
  api::set_member(answer, "expires_in", api::Json(json_integer(left / kSecond)));
  return answer_with(answer);
}

Answer create_sms_pairing(ApiCall& call) {
  const std::string number = telephone_number(call.arguments.text("phone_number"),
                                              call.arguments.text("phone_country", "country_code"));
  require_gateway(
      call.gateways.sms,
      "Text messages are not set up at this server: sms-command is missing in its configuration.");
  count_message(call.context, call.caller, number);
  const Enrolment enrolment = enrolment_of(call);
  Answer answer = answer_with(call, enrolment.pairing);
  answer.errand =
      sending_text(call.gateways.sms, number, call.caller.name, enrolment.link, std::move(answer.body));
  return answer;
}

Answer draw_qr_pairing(ApiCall& call) {
  Answer answer;
  answer.errand = drawing(link_of_enrolment(call.context, call.caller, call.id));
  return answer;
}

Answer read_pairing(ApiCall& call) {
  return answer_with(call, server::read_pairing(call.context, call.caller, call.id));
}

Answer change_pairing(ApiCall& call) {
  if (!call.arguments.flag("deactivated").value_or(false)) refuse(400, "deactivated must be true.");
  return answer_with(call, deactivate_pairing(call.context, call.caller, call.id));
}

Answer make_reset_link(ApiCall& call) {
  const api::Json answer(json_object());
  api::set_member(answer, "url", api::json_text(reset_link_of(call).view()));
  return answer_with(answer);
}

Answer send_reset_link(ApiCall& call) {
  const std::string address = mail_address(call.arguments.text("reset_email"));
  require_gateway(call.gateways.mail,
                  "Mail is not set up at this server: mail-command is missing in its configuration.");
  count_message(call.context, call.caller, address);
  Answer answer{201, "{}"};
  answer.errand = sending_mail(call.gateways.mail, address, call.caller.name, reset_link_of(call));
  return answer;
}

}  // namespace toopher::server::calls
