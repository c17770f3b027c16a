// SPDX-License-Identifier: Apache-2.0
// For people who cannot log in: a code that an administrator gives them, and a date until which hosts may let them in
// without a factor, so that they can pair a phone.
#ifndef TOOPHER_SERVER_SERVICE_BYPASS_H
#define TOOPHER_SERVER_SERVICE_BYPASS_H

#include <optional>
#include <string>
#include <string_view>

#include "server/service/context.h"

namespace toopher::server {

struct BypassOrder {
  std::string user_name;
  bool create_user = false;  ///< make the user if there is none
  Millis duration = 0;       ///< at most rules::kMaxBypass
  int max_uses = 1;          ///< 0: as often as wanted until it expires
};

struct NewBypass {
  Secret code;  ///< twelve digits; known at this moment only
  Bypass facts;
};

// All need scope admin (403), and refuse a user whom the caller's directory does not have with 409 (705).

/// A bypass code, accepted wherever `otp` is; the user's earlier one is worth nothing from now on. Locks of codes hold for
/// it as well (users.h: unlock_user). Each use is an ALERT. Throws Refused (400) and NeedsHashes.
NewBypass make_bypass(Context& context, const Caller& caller, const BypassOrder& order);

/// The user's bypass code is worth nothing from now on, if there is one.
void end_bypass(Context& context, const Caller& caller, std::string_view user_name);

/// Until when hosts may let this user in who has no factor; 0: no longer. The user is made if there is none.
User set_enrol_until(Context& context, const Caller& caller, std::string_view user_name, Millis until);

/// The same for all users of the caller's directory who never had a phone.
void set_directory_enrol_until(Context& context, const Caller& caller, Millis until);

/// Whether the user's bypass code, if there is one, can still be used.
bool bypass_in_force(Context& context, std::string_view user_id);

/// What the store says of a code. Throws NeedsHashes. Nothing if the user has no code of this kind.
std::optional<RecoveryUse> use_bypass(Context& context, const User& user, std::string_view digits);

/// Refuses a user who has nothing to be asked by with 409 (705). `user` is nothing if there is none at all. The answer says
/// until when hosts may let this person in, if they may.
[[noreturn]] void refuse_unpaired(Context& context, const Caller& caller, const std::optional<User>& user);

}  // namespace toopher::server

#endif
