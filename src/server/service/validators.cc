// SPDX-License-Identifier: Apache-2.0
#include "server/service/validators.h"

#include <algorithm>
#include <set>

#include "api/approved_action.h"
#include "base/random.h"
#include "crypto/hash.h"
#include "device/seed.h"
#include "otp/otp.h"
#include "otp/otpauth_uri.h"
#include "server/service/approvals.h"
#include "server/service/rules.h"
#include "server/service/users.h"

namespace toopher::server {

namespace {

constexpr std::string_view kTries = "resync";

otp::Scheme scheme_of(const Validator& validator) {
  const crypto::Digest digest = validator.algorithm == "sha512"   ? crypto::Digest::sha512
                                : validator.algorithm == "sha256" ? crypto::Digest::sha256
                                                                  : crypto::Digest::sha1;
  return {digest, static_cast<unsigned>(validator.digits), static_cast<unsigned>(validator.step_seconds)};
}

void audit_validator(Context& context, std::string_view event, const Validator& validator,
                     std::string_view user, std::string_view who) {
  audit(
      context, event,
      {{"validator", validator.id}, {"name", validator.requester_specified_id}, {"user", user}, {"by", who}});
}

/// By which a seed is known again when it is provisioned once more. Not keyed: the key may have been replaced meanwhile,
/// and what is digested is as hard to guess as a key.
std::string digest_of(const Secret& seed) {
  Secret text("validator seed ");
  text.append(seed.view());
  return crypto::sha256(text.view());
}

/// What a code app shows above the codes.
std::string_view host_of(std::string_view origin) {
  const auto scheme = origin.find("://");
  return scheme == std::string_view::npos ? origin : origin.substr(scheme + 3);
}

void check(const NewValidator& wanted) {
  if (wanted.seed.size() < rules::kMinSeed || wanted.seed.size() > rules::kMaxSeed)
    refuse(400, "secret must be 16 to 64 bytes, in hexadecimal.");
  if (wanted.digits < 6 || wanted.digits > 8) refuse(400, "otp_digits must be 6, 7 or 8.");
  if (wanted.algorithm != "sha1" && wanted.algorithm != "sha256" && wanted.algorithm != "sha512")
    refuse(400, "algorithm must be sha1, sha256 or sha512.");
  if (wanted.step_seconds < rules::kMinStepSeconds || wanted.step_seconds > rules::kMaxStepSeconds)
    refuse(400, "totp_step_size must be 10 to 300 seconds.");
  if (!wanted.requester_specified_id.empty())
    require_text(wanted.requester_specified_id, "requester_specified_id", rules::kMaxName);
}

std::optional<std::uint64_t> good_counter(const Validator& validator, const Secret& seed,
                                          std::string_view digits, Millis now) {
  const otp::Scheme scheme = scheme_of(validator);
  if (validator.event_based) {
    return otp::matching_counter(seed, digits, static_cast<std::uint64_t>(validator.next_counter),
                                 rules::kEventWindow, scheme);
  }
  const std::int64_t token_time = now / kSecond + validator.drift * validator.step_seconds;
  return otp::matching_step(seed, digits, std::max<std::int64_t>(token_time, 0), rules::kTokenStepWindow,
                            scheme);
}

/// The token's first code, if one was brought, is used up before it is anybody's.
void use_first_code(Validator& validator, const NewValidator& wanted, Millis now) {
  if (wanted.otp.empty()) return;
  const auto counter = good_counter(validator, wanted.seed, wanted.otp.view(), now);
  if (!counter || static_cast<std::int64_t>(*counter) < validator.next_counter)
    throw Refused({409, api::error_code::kWrongTokenCode, "This code is not one of the secret's."});
  validator.next_counter = static_cast<std::int64_t>(*counter) + 1;
}

/// One new validator, checked but not written.
struct Candidate {
  Validator validator;
  const Secret* seed;
  std::string digest;
  bool known;  ///< the row of an earlier one with this seed
};

Candidate candidate(Context& context, const Caller& caller, const NewValidator& wanted) {
  check(wanted);
  Candidate made{{}, &wanted.seed, digest_of(wanted.seed), false};
  Validator& validator = made.validator;
  if (auto earlier = context.store.validator_by_seed(made.digest)) {
    if (earlier->active || earlier->requester_id != caller.id)
      refuse(409, "This secret was provisioned already.");
    if (earlier->event_based != wanted.event_based)
      refuse(409, "This secret was provisioned with another otp_type before.");
    validator = *earlier;
    made.known = true;
  } else {
    validator.id = random_uuid();
    validator.requester_id = caller.id;
    validator.created = context.now;
  }
  if (context.store.validator_by_name(caller.id, wanted.requester_specified_id))
    refuse(409, "Another validator has this requester_specified_id.");
  validator.requester_specified_id = wanted.requester_specified_id;
  validator.event_based = wanted.event_based;
  validator.digits = wanted.digits;
  validator.algorithm = wanted.algorithm;
  validator.step_seconds = wanted.step_seconds;
  validator.modified = context.now;
  use_first_code(validator, wanted, context.now);
  return made;
}

/// The one that an earlier call with the same parameters has made: its answer was lost.
std::optional<Validator> associated_by(Context& context, const Caller& caller, const User& user,
                                       const NewValidator& wanted) {
  auto earlier = context.store.validator_by_seed(digest_of(wanted.seed));
  const bool same = earlier && earlier->active && earlier->requester_id == caller.id &&
                    earlier->user_id == user.id &&
                    earlier->requester_specified_id == wanted.requester_specified_id &&
                    earlier->event_based == wanted.event_based && earlier->digits == wanted.digits &&
                    earlier->algorithm == wanted.algorithm && earlier->step_seconds == wanted.step_seconds;
  return same ? std::move(earlier) : std::nullopt;
}

void require_distinct(const std::vector<Candidate>& candidates) {
  std::set<std::string_view> digests;
  std::set<std::string_view> names;
  for (const Candidate& one : candidates) {
    const std::string& name = one.validator.requester_specified_id;
    if (!digests.insert(one.digest).second || (!name.empty() && !names.insert(name).second))
      refuse(409, "Two of these validators have the same secret or the same requester_specified_id.");
  }
}

void write(Context& context, const Candidate& one) {
  if (one.known) {
    context.store.reopen_validator(one.validator, *one.seed);
    // Of its counters only what the first code has used up: it never goes back.
    (void)context.store.accept_counter(one.validator.id, one.validator.next_counter - 1);
  } else {
    context.store.insert_validator(one.validator, *one.seed, one.digest);
  }
}

/// Beyond this an administrator has to want it: each code is looked for in all of a user's tokens, and more fit a guess.
void require_room(Context& context, const Caller& caller, const User& user) {
  if (!caller.scopes.has(Scope::admin) &&
      context.store.validators_of_user(user.id).size() >= rules::kMaxTokens)
    refuse(409,
           "This user has ten tokens and code apps already; the server's administrator can remove some.");
}

/// What was granted by the token's codes approves nothing once the token is gone.
void void_approvals(Context& context, std::string_view user_id) {
  if (!user_id.empty())
    context.store.void_code_approvals(user_id, context.now - rules::kApprovalLife, context.now);
}

bool is_last_event(const Validator& validator, const Secret& seed, std::string_view digits) {
  return validator.event_based && validator.next_counter > 0 &&
         otp::hotp(seed, static_cast<std::uint64_t>(validator.next_counter) - 1, scheme_of(validator))
             .equals(digits);
}

TokenCode use_code_of(Context& context, const Validator& validator, std::string_view digits) {
  const Secret seed = context.store.validator_seed(validator.id);
  if (const auto counter = good_counter(validator, seed, digits, context.now)) {
    const bool fresh = context.store.accept_counter(validator.id, static_cast<std::int64_t>(*counter));
    return fresh ? TokenCode::accepted : TokenCode::used_before;
  }
  return is_last_event(validator, seed, digits) ? TokenCode::used_before : TokenCode::unknown;
}

/// The counter of the last code, if the codes are found where they may be.
std::optional<std::uint64_t> found_sequence(Context& context, const Validator& validator,
                                            const std::vector<std::string_view>& codes) {
  const Secret seed = context.store.validator_seed(validator.id);
  const otp::Scheme scheme = scheme_of(validator);
  const auto next = static_cast<std::uint64_t>(validator.next_counter);
  if (validator.event_based)
    return otp::end_of_sequence(seed, codes, next, next + rules::kResyncEvents, scheme);
  const std::uint64_t now = otp::time_step(context.now / kSecond, scheme);
  return otp::end_of_sequence(seed, codes, now - std::min<std::uint64_t>(now, rules::kResyncSteps),
                              now + rules::kResyncSteps, scheme);
}

}  // namespace

std::vector<Validator> provision_validators(Context& context, const Caller& caller,
                                            const std::vector<NewValidator>& wanted) {
  require_scope(caller, Scope::admin, "admin");
  if (wanted.size() > rules::kMaxBulk) refuse(400, "One call takes at most 500 validators.");
  std::vector<Candidate> candidates;
  candidates.reserve(wanted.size());
  for (const NewValidator& one : wanted) candidates.push_back(candidate(context, caller, one));
  require_distinct(candidates);
  std::vector<Validator> made;
  for (const Candidate& one : candidates) {
    write(context, one);
    audit_validator(context, "token provisioned", one.validator, "", caller.name);
    made.push_back(one.validator);
  }
  return made;
}

Validator find_validator(Context& context, const Caller& caller, const ValidatorName& name) {
  if (name.id.empty() && name.requester_specified_id.empty())
    refuse(400, "id or requester_specified_id is missing.");
  auto found = name.id.empty() ? context.store.validator_by_name(caller.id, name.requester_specified_id)
                               : context.store.validator_by_id(name.id);
  if (!found || !found->active || found->requester_id != caller.id) refuse(404, "No such OATH validator.");
  return std::move(*found);
}

Validator associate_validator(Context& context, const Caller& caller, const User& user,
                              const ValidatorName& name, std::string_view authorization) {
  require_enrol_or_admin(caller);
  Validator validator = find_validator(context, caller, name);
  if (validator.user_id == user.id) return validator;
  if (!validator.user_id.empty()) refuse(409, "This OATH validator is associated with another user.");
  require_room(context, caller, user);
  const std::string approval =
      require_approval(context, caller, user, api::approved_action::kAddToken, authorization);
  use_up(context, approval);
  context.store.associate_validator(validator.id, user.id, context.now);
  validator.user_id = user.id;
  validator.modified = context.now;
  audit_validator(context, "token associated", validator, user.name, caller.name);
  return validator;
}

Validator associate_new_validator(Context& context, const Caller& caller, const User& user,
                                  const NewValidator& wanted, std::string_view authorization) {
  require_enrol_or_admin(caller);
  if (auto earlier = associated_by(context, caller, user, wanted)) return std::move(*earlier);
  Candidate made = candidate(context, caller, wanted);
  require_room(context, caller, user);
  const std::string approval =
      require_approval(context, caller, user, api::approved_action::kAddToken, authorization);
  use_up(context, approval);
  made.validator.user_id = user.id;
  write(context, made);
  audit_validator(context, "token provisioned and associated", made.validator, user.name, caller.name);
  return made.validator;
}

Validator associate_new_validator(Context& context, const Caller& caller, std::string_view user_name,
                                  const NewValidator& wanted, std::string_view authorization) {
  require_enrol_or_admin(caller);
  const auto known = user_named(context, caller, user_name);
  if (known) return associate_new_validator(context, caller, *known, wanted, authorization);
  (void)candidate(context, caller, wanted);  // what it refuses makes no user
  return associate_new_validator(context, caller, user_named_or_new(context, caller, user_name), wanted,
                                 authorization);
}

FreshToken give_fresh_token(Context& context, const User& user, const Requester& requester,
                            std::string name) {
  NewValidator wanted;
  wanted.seed = random_bytes(device::kSeedSize);
  wanted.requester_specified_id = std::move(name);
  Candidate made = candidate(context, requester, wanted);
  made.validator.user_id = user.id;
  write(context, made);
  return {std::move(made.validator), otp::totp_uri(wanted.seed, host_of(context.origin), user.name)};
}

void dissociate_validator(Context& context, const Caller& caller, const User& user,
                          const ValidatorName& name) {
  require_scope(caller, Scope::admin, "admin");
  const Validator validator = find_validator(context, caller, name);
  if (validator.user_id != user.id) refuse(409, "This OATH validator is not associated with this user.");
  context.store.associate_validator(validator.id, "", context.now);
  void_approvals(context, user.id);
  audit_validator(context, "token dissociated", validator, user.name, caller.name);
}

void resync_validator(Context& context, const Caller& caller, const ValidatorName& name,
                      const std::vector<std::string_view>& codes) {
  require_scope(caller, Scope::admin, "admin");
  const Validator validator = find_validator(context, caller, name);
  if (codes.size() < 2) refuse(400, "otp_sequence needs two codes or more, one after the other.");
  const Millis since = context.now - rules::kWrongResyncWindow;
  if (context.store.count_tries(kTries, validator.id, since) >= rules::kMaxWrongResyncs)
    refuse(429, "Too many sequences were wrong; try again in some minutes.");
  const auto counter = found_sequence(context, validator, codes);
  const auto now = static_cast<std::int64_t>(otp::time_step(context.now / kSecond, scheme_of(validator)));
  const std::int64_t drift =
      counter && !validator.event_based ? static_cast<std::int64_t>(*counter) - now : 0;
  if (!counter || !context.store.resync_validator(validator.id, static_cast<std::int64_t>(*counter), drift,
                                                  context.now)) {
    context.store.insert_try(kTries, validator.id, context.now);
    refuse(400, "These codes do not follow each other within reach, or were used before.");
  }
  audit_validator(context, "token resynchronised", validator, "", caller.name);
}

void deactivate_validator(Context& context, const Caller& caller, const ValidatorName& name) {
  require_scope(caller, Scope::admin, "admin");
  const Validator validator = find_validator(context, caller, name);
  end_validator(context, validator);
  audit_validator(context, "token deactivated", validator, "", caller.name);
}

void end_validator(Context& context, const Validator& validator) {
  context.store.close_validator(validator.id, context.now);
  void_approvals(context, validator.user_id);
}

void dissociate_all(Context& context, const User& user) {
  for (const Validator& validator : context.store.validators_of_user(user.id))
    context.store.associate_validator(validator.id, "", context.now);
  void_approvals(context, user.id);
}

TokenCode use_token_code(Context& context, const User& user, std::string_view digits) {
  TokenCode result = TokenCode::unknown;
  for (const Validator& validator : context.store.validators_of_user(user.id)) {
    const TokenCode one = use_code_of(context, validator, digits);
    if (one == TokenCode::accepted) {
      audit_validator(context, "token code accepted", validator, user.name, "");
      return one;
    }
    if (one == TokenCode::used_before) result = one;
  }
  return result;
}

}  // namespace toopher::server
