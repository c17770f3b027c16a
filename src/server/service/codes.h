// SPDX-License-Identifier: Apache-2.0
// One-time codes of phones and tokens, recovery and bypass codes: each counts once, and guessing does not pay.
#ifndef TOOPHER_SERVER_SERVICE_CODES_H
#define TOOPHER_SERVER_SERVICE_CODES_H

#include <string>
#include <string_view>
#include <vector>

#include "server/service/context.h"

namespace toopher::server {

struct CodeVerdict {
  bool valid = false;
  int reason_code = 0;     ///< api/reason.h: kInvalidCode, kCodeAlreadyUsed or kCodesLocked when not valid
  std::string pairing_id;  ///< whose seed made the valid code; empty for all others
};

/// Judges a typed code: by its length a recovery or bypass code of the user, or one that the seed of one of `pairings` (those
/// that are enabled) or of the user's tokens has made. A valid code is used up by this
/// call; a wrong one is counted against the user, over all requesters and pairings, and tells when wrong ones for many
/// users come from `caller`. Changes `user` with the data. Throws NeedsHashes.
CodeVerdict judge_code(Context& context, const Caller& caller, User& user,
                       const std::vector<Pairing>& pairings, std::string_view typed);

/// Whether no code of this user is accepted now.
bool codes_are_locked(Context& context, const User& user);

/// A sentence for the person who typed the code.
std::string_view code_reason(int reason_code);

}  // namespace toopher::server

#endif
