// SPDX-License-Identifier: Apache-2.0
#include "tools/code_app.h"

#include <variant>

#include "base/text.h"
#include "tools/failure.h"
#include "tools/terminal_qr.h"

namespace toopher::tools {
namespace {

using helper::Message;
namespace verb = helper::verb;
namespace refusal = helper::refusal;

bool is_refused(const Message& answer, std::string_view kind) {
  return answer.is(verb::kRefused) && answer.get("kind") == kind;
}

}  // namespace

void CodeApp::add() {
  have_it_approved();
  if (is_first_factor())
    say("This account has no second factor yet. Once a code of the app was right, logins\nask for its "
        "codes.\n");
  show_secret();
  Added added = Added::wrong_code;
  for (unsigned tries = kTries; tries > 0;) {
    const auto typed = ask(input_, "One-time code that the app shows, or Enter to give up: ");
    if (!typed || typed->empty()) break;
    const OneTimeCode::Parsed parsed = OneTimeCode::parse(*typed);
    const auto* code = std::get_if<OneTimeCode>(&parsed);
    if (code == nullptr || code->form() != OneTimeCode::Form::otp) {
      complain("A code of the app is six digits.");
      continue;
    }
    added = try_code(*code);
    if (added == Added::yes) return;
    --tries;
  }
  if (added == Added::not_known)
    throw Unreachable(
        "Whether the app was added is not known. Keep it until a login has shown whether its codes are "
        "taken.");
  throw Failure("No right code was typed, so nothing was added. Remove the account from the app again.",
                pair_status::kNoCode);
}

void CodeApp::have_it_approved() {
  const auto approved = approve_();
  if (!approved) return;
  authorization_ = *approved;
  say("Approved.\n");
}

void CodeApp::show_secret() {
  const Message answer =
      talk_.ask(Message(verb::kCodeApp).set("user", subject_.user), subject_.network_timeout);
  if (!answer.is(verb::kCodeApp)) fail_with(answer);
  const std::string link = sanitize_for_display(answer.get("link"), answer.get("link").size());
  say("Give the app this link of the server " + sanitize_for_display(answer.get("server")) +
      ":\nscan its QR code, open it where the app is, or type there what stands behind\n"
      "secret= in it. It is shown this once; whoever sees it can make your login codes.\n\n  " +
      link + "\n\n" + (with_qr_ ? qr_or_advice(link) : ""));
}

CodeApp::Added CodeApp::try_code(const OneTimeCode& code) {
  Message answer = add_with(code);
  if (is_refused(answer, refusal::kApprovalNeeded)) {
    // It counts for five minutes, and finding an app may take longer.
    have_it_approved();
    answer = add_with(code);
  }
  if (answer.is(verb::kCodeAppAdded)) return Added::yes;
  if (is_refused(answer, refusal::kWrongTokenCode)) {
    complain("That code is wrong: take the one that is shown now. Is the device's clock right?");
    return Added::wrong_code;
  }
  const bool lost = answer.is(verb::kFailed) && answer.get("kind") == helper::failure::kUnreachable;
  if (!lost) fail_with(answer);
  complain(text_of(answer));
  return Added::not_known;
}

Message CodeApp::add_with(const OneTimeCode& code) {
  return talk_.ask(Message(verb::kCodeAppAdd).set("otp", code.digits()).set("authorization", authorization_),
                   subject_.network_timeout);
}

}  // namespace toopher::tools
