// SPDX-License-Identifier: Apache-2.0
#include "server/service/recovery.h"

#include <algorithm>

#include "api/approved_action.h"
#include "base/random.h"
#include "server/service/approvals.h"
#include "server/service/users.h"

namespace toopher::server {

namespace {

constexpr std::size_t kCodes = 10;
constexpr std::size_t kCodeDigits = 12;
// One salt for a user, so that one run of scrypt tells whether a typed code is any of theirs. It is sealed under the key
// file: whoever steals the database alone cannot even begin to guess.
constexpr std::size_t kSaltBytes = 16;

Secret random_code() {
  Secret code = Secret::zeroed(kCodeDigits);
  for (std::size_t i = 0; i < code.size(); ++i) code.data()[i] = static_cast<char>('0' + random_below(10));
  return code;
}

std::shared_ptr<SlowHashes> new_codes(Secret salt, std::size_t count) {
  auto list = std::make_shared<SlowHashes>();
  list->salt = std::move(salt);
  while (list->codes.size() < count) {
    Secret code = random_code();
    const bool twice = std::any_of(list->codes.begin(), list->codes.end(),
                                   [&code](const Secret& other) { return other.equals(code.view()); });
    if (!twice) list->codes.push_back(std::move(code));
  }
  return list;
}

User user_for(Context& context, const Caller& caller, const RecoveryRequest& request) {
  if (request.create_user) return user_named_or_new(context, caller, request.user_name);
  auto user = user_named(context, caller, request.user_name);
  if (!user) throw Refused(api::unknown_user());
  return *user;
}

}  // namespace

std::vector<Secret> make_recovery_codes(Context& context, const Caller& caller,
                                        const RecoveryRequest& request) {
  require_enrol_or_admin(caller);
  const User user = user_for(context, caller, request);
  const std::string approval =
      require_approval(context, caller, user, api::approved_action::kNewRecoveryCodes, request.authorization);
  const SlowHashes& made = hashes_of_new_codes(context, user, kCodes);
  use_up(context, approval);
  context.store.replace_recovery_codes(user.id, made.hashes);
  audit(context, "recovery codes made", {{"user", user.name}, {"request", approval}, {"by", caller.name}});
  std::vector<Secret> codes;
  for (const Secret& code : made.codes) codes.push_back(code.clone());
  return codes;
}

const SlowHashes& hashes_of_new_codes(Context& context, const User& user, std::size_t count) {
  auto salt = context.store.code_salt(user.id);
  const SlowHashes* const made = context.hashes;
  if (made == nullptr || made->hashes.size() != count || (salt && !made->salt.equals(salt->view())))
    throw NeedsHashes(new_codes(salt ? std::move(*salt) : random_bytes(kSaltBytes), count));
  if (!salt) context.store.put_code_salt(user.id, made->salt, context.now);
  return *made;
}

std::string hash_of_code(Context& context, const User& user, std::string_view digits) {
  const auto salt = context.store.code_salt(user.id);
  if (!salt) throw StoreError("database: codes of a user without a salt");
  if (context.hashes == nullptr || !context.hashes->are_of(salt->view(), digits)) {
    auto wanted = std::make_shared<SlowHashes>();
    wanted->salt = salt->clone();
    wanted->codes.emplace_back(digits);
    throw NeedsHashes(std::move(wanted));
  }
  return context.hashes->hashes.front();
}

RecoveryUse use_recovery_code(Context& context, const User& user, std::string_view digits) {
  if (!context.store.code_salt(user.id)) return RecoveryUse::unknown;
  const RecoveryUse use =
      context.store.use_recovery_code(user.id, hash_of_code(context, user, digits), context.now);
  if (use == RecoveryUse::accepted) {
    audit(context, "recovery code used",
          {{"user", user.name}, {"left", std::to_string(context.store.recovery_codes_left(user.id))}});
  }
  return use;
}

}  // namespace toopher::server
