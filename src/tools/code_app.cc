// SPDX-License-Identifier: Apache-2.0
#include "tools/code_app.h"

#include <cstddef>
#include <utility>
#include <variant>

#include "base/text.h"
#include "tools/failure.h"
#include "tools/terminal_qr.h"

namespace toopher::tools {
namespace {

using helper::Message;
namespace verb = helper::verb;
namespace refusal = helper::refusal;

constexpr std::size_t kDigits = 6;

bool is_refused(const Message& answer, std::string_view kind) {
  return answer.is(verb::kRefused) && answer.get("kind") == kind;
}

/// The server may have taken the app all the same.
bool is_lost(const Message& answer) {
  namespace kind = helper::failure;
  return answer.is(verb::kFailed) &&
         (answer.get("kind") == kind::kUnreachable || answer.get("kind") == kind::kProtocol ||
          answer.get("kind") == kind::kInternal);
}

}  // namespace

void CodeApp::add() {
  have_it_approved();
  if (is_first_factor())
    say("This account has no second factor yet. Once a code of the app was right, logins\nask for its "
        "codes.\n");
  show_secret();
  for (unsigned tries = kTries; tries > 0;) {
    const auto typed = ask(input_, "One-time code that the app shows, or Enter to give up: ");
    if (!typed || typed->empty()) break;
    const OneTimeCode::Parsed parsed = OneTimeCode::parse(*typed);
    const auto* code = std::get_if<OneTimeCode>(&parsed);
    if (code == nullptr || code->form() != OneTimeCode::Form::otp || code->digits().size() != kDigits) {
      complain("A code of the app is six digits.");
      continue;
    }
    if (try_code(*code)) return;
    --tries;
  }
  give_up();
}

void CodeApp::give_up() const {
  if (may_be_added_)
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

bool CodeApp::try_code(const OneTimeCode& code) {
  Message answer = add_with(code);
  if (is_refused(answer, refusal::kApprovalNeeded)) {
    // It counts for five minutes, and finding an app may take longer.
    have_it_approved();
    answer = add_with(code);
  }
  if (answer.is(verb::kCodeAppAdded)) return true;
  if (is_refused(answer, refusal::kWrongTokenCode)) {
    complain("That code is wrong: take the one that is shown now. Is the device's clock right?");
    return false;
  }
  const bool lost = is_lost(answer);
  if (!lost && !may_be_added_) fail_with(answer);
  complain(text_of(answer));
  may_be_added_ = true;
  if (!lost) give_up();
  return false;
}

Message CodeApp::add_with(const OneTimeCode& code) {
  Message question =
      Message(verb::kCodeAppAdd).set("otp", code.digits()).set("authorization", authorization_);
  try {
    return talk_.ask(std::move(question), subject_.network_timeout);
  } catch (const Failure& failure) {
    complain(failure.what());
    may_be_added_ = true;
    give_up();
  }
}

}  // namespace toopher::tools
