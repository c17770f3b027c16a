// SPDX-License-Identifier: Apache-2.0
#include "server/service/reset_links.h"

#include "base/random.h"
#include "base/text.h"
#include "crypto/encoding.h"
#include "server/service/pairings.h"
#include "server/service/rules.h"

namespace toopher::server {

namespace {

constexpr std::size_t kTokenBytes = 20;
constexpr std::size_t kMaxToken = 64;

bool may_be_reset(const Pairing& pairing) {
  return pairing.state == PairingState::enabled || pairing.state == PairingState::pending;
}

std::string digest_of(Context& context, std::string_view token) {
  Secret text("reset link ");
  text.append(token);
  return context.store.keyed_digest(text.view());
}

/// Other case and further blanks are no other answer.
std::string digest_of_answer(Context& context, const std::string& link_digest, std::string_view answer) {
  Secret text("reset answer ");
  text.append(link_digest);
  for (const std::string_view word : split(trim(answer), ' ')) {
    if (!word.empty()) text.append(" " + to_lower_ascii(word));
  }
  return context.store.keyed_digest(text.view());
}

void check(const SecurityQuestion& question) {
  if (question.question.empty() != question.answer.empty())
    refuse(400, "security_question and security_answer go together.");
  if (question.question.empty()) return;
  require_text(question.question, "security_question", rules::kMaxName);
  require_text(question.answer, "security_answer", rules::kMaxName);
}

struct Found {
  ResetLink link;
  Pairing pairing;
};

/// The link while it is good, and its pairing.
std::optional<Found> good_link(Context& context, std::string_view pairing_id, const std::string& digest) {
  auto link = context.store.reset_link(digest, context.now);
  if (!link || link->pairing_id != pairing_id) return std::nullopt;
  auto pairing = context.store.pairing_by_id(pairing_id);
  if (!pairing || !may_be_reset(*pairing)) return std::nullopt;
  return Found{std::move(*link), std::move(*pairing)};
}

}  // namespace

Secret make_reset_link(Context& context, const Caller& caller, std::string_view pairing_id,
                       const SecurityQuestion& question) {
  require_scope(caller, Scope::admin, "admin");
  check(question);
  const Pairing pairing = read_pairing(context, caller, pairing_id);
  if (!may_be_reset(pairing)) throw Refused(api::pairing_deactivated());
  const std::string token = crypto::base64url_encode(random_bytes(kTokenBytes).view());
  const std::string digest = digest_of(context, token);
  ResetLink link{pairing.id, caller.name, std::string(question.question), "",
                 context.now + rules::kResetLinkLife};
  if (!question.question.empty()) link.answer_digest = digest_of_answer(context, digest, question.answer);
  context.store.insert_reset_link(digest, link);
  audit_pairing(context, "reset link made", pairing, caller.name);
  return Secret(context.origin + "/v1/pairings/" + pairing.id + "/reset?reset_authorization=" + token);
}

std::optional<ResetPrompt> reset_prompt(Context& context, std::string_view pairing_id,
                                        std::string_view token) {
  if (token.empty() || token.size() > kMaxToken) return std::nullopt;
  const auto found = good_link(context, pairing_id, digest_of(context, token));
  if (!found) return std::nullopt;
  const auto user = context.store.user_by_id(found->pairing.user_id);
  return ResetPrompt{user ? user->name : "", found->link.requester, found->link.question};
}

ResetOutcome reset_by_link(Context& context, std::string_view pairing_id, std::string_view token,
                           std::string_view answer) {
  if (token.empty() || token.size() > kMaxToken) return ResetOutcome::not_good;
  const std::string digest = digest_of(context, token);
  const auto found = good_link(context, pairing_id, digest);
  if (!found) return ResetOutcome::not_good;
  const auto& [link, pairing] = *found;
  if (!link.answer_digest.empty() &&
      !equal_in_constant_time(link.answer_digest, digest_of_answer(context, digest, answer))) {
    if (context.store.count_wrong_answer(digest) < rules::kMaxWrongAnswers) return ResetOutcome::wrong_answer;
    (void)context.store.take_reset_link(digest);
    audit_pairing(context, "ALERT reset link ended after wrong answers", pairing,
                  "link of " + link.requester);
    return ResetOutcome::not_good;
  }
  if (!context.store.take_reset_link(digest)) return ResetOutcome::not_good;
  end_pairing(context, pairing, PairingState::deactivated);
  audit_pairing(context, "pairing removed by its reset link", pairing, "link of " + link.requester);
  return ResetOutcome::done;
}

}  // namespace toopher::server
