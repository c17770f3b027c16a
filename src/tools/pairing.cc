// SPDX-License-Identifier: Apache-2.0
#include "tools/pairing.h"

#include <optional>

#include "base/text.h"
#include "tools/failure.h"
#include "tools/terminal_qr.h"

namespace toopher::tools {
namespace {

using helper::Message;
namespace verb = helper::verb;
namespace refusal = helper::refusal;

}  // namespace

std::string normalise_phrase(std::string_view typed) {
  std::string phrase;
  for (const std::string_view word : split(trim(typed), ' '))
    if (!word.empty()) phrase += (phrase.empty() ? "" : " ") + to_lower_ascii(word);
  return phrase;
}

void Pairing::make() {
  if (way_ == Way::phrase) return make_by_phrase();
  make_by_link();
}

void Pairing::make_by_link() {
  const Message answer = ask_for_link();
  if (!answer.is(verb::kLink)) fail_with(answer);
  constexpr std::uint64_t kLongest = 86400;
  const std::chrono::seconds life(parse_decimal(answer.get("seconds"), kLongest).value_or(0));
  const std::string link = sanitize_for_display(answer.get("link"));
  say("Open this link on the phone, or give it to: toopher-authenticator pair --link\n\n  " + link + "\n\n" +
      (way_ == Way::link_and_qr ? qr_or_advice(link) : "") + "It is good once, for " +
      std::to_string(std::chrono::duration_cast<std::chrono::minutes>(life).count()) +
      " minutes. Show it to nobody.\n");
  wait_for_phone(life + Approval::kPatience, "Run toopher-pair again, for a new link.");
}

Message Pairing::ask_for_link() {
  const auto question = [this] {
    return Message(verb::kPairLink).set("user", subject_.user).set("authorization", authorization_);
  };
  Message answer = talk_.ask(question(), subject_.network_timeout);
  if (!answer.is(verb::kRefused) || answer.get("kind") != refusal::kApprovalNeeded) return answer;
  have_it_approved();
  return talk_.ask(question(), subject_.network_timeout);
}

void Pairing::make_by_phrase() {
  const bool given = !phrase_.empty();
  for (unsigned tries = given ? 1 : kTries; tries > 0; --tries) {
    const std::optional<std::string> typed =
        given ? phrase_ : ask(input_, "Pairing phrase that the phone shows, or Enter for a code to scan: ");
    if (typed && !given && trim(*typed).empty()) {
      way_ = Way::link_and_qr;
      return make_by_link();
    }
    if (!typed) throw UsageError("No phrase was given. toopher-authenticator pair shows one.");
    if (accepted(normalise_phrase(*typed)))
      return wait_for_phone(Approval::kPatience, "Run toopher-pair again, with a new phrase.");
    complain(
        "The server knows no such phrase. It is good once, for ten minutes; check it, or get a new one.");
  }
  throw Failure("Nothing was paired.", pair_status::kWrongPhrase);
}

bool Pairing::accepted(const std::string& phrase) {
  Offered offered = offer(phrase);
  if (offered == Offered::needs_approval) {
    have_it_approved();
    offered = offer(phrase);
  }
  return offered == Offered::yes;
}

void Pairing::have_it_approved() {
  say("This account has a second factor already. Another phone has to be approved with it.\n");
  authorization_ = approve_();
  say("Approved.\n");
}

Pairing::Offered Pairing::offer(const std::string& phrase) {
  if (phrase.empty()) return Offered::wrong_phrase;
  const Message answer = talk_.ask(Message(verb::kPair)
                                       .set("user", subject_.user)
                                       .set("phrase", phrase)
                                       .set("authorization", authorization_),
                                   subject_.network_timeout);
  if (answer.is(verb::kPending)) return Offered::yes;
  const std::string_view kind = answer.is(verb::kRefused) ? answer.get("kind") : std::string_view();
  if (kind == refusal::kPhrase) return Offered::wrong_phrase;
  if (kind == refusal::kApprovalNeeded && authorization_.empty()) return Offered::needs_approval;
  fail_with(answer);
}

void Pairing::wait_for_phone(std::chrono::seconds patience, const char* again) {
  const Message answer = talk_.ask_phone(Message(verb::kPairWait), patience);
  if (answer.is(verb::kPaired)) {
    if (!answer.get("device").empty())
      say("The phone is \"" + sanitize_for_display(answer.get("device")) +
          "\", with the key fingerprint\n  " + sanitize_for_display(answer.get("fingerprint")) +
          "\nIf that is not what your phone shows, tell your administrator at once.\n");
    return;
  }
  if (answer.is(verb::kDenied))
    throw Failure("Denied on the phone. Nothing was paired.", pair_status::kDenied);
  if (answer.is(verb::kExpired))
    throw Failure(std::string("Nobody answered on the phone in time, so nothing was paired. ") + again,
                  pair_status::kUnanswered);
  fail_with(answer);
}

}  // namespace toopher::tools
