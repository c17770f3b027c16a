// SPDX-License-Identifier: Apache-2.0
// Recovery codes: single-use codes on paper, for whoever has no phone at hand.
#ifndef TOOPHER_SERVER_SERVICE_RECOVERY_H
#define TOOPHER_SERVER_SERVICE_RECOVERY_H

#include <string>
#include <string_view>
#include <vector>

#include "server/service/context.h"
#include "server/service/slow_hashes.h"

namespace toopher::server {

struct RecoveryRequest {
  std::string user_name;
  bool create_user = false;   ///< make the user if there is none
  std::string authorization;  ///< approvals.h; empty: none
};

/// Ten new codes of twelve digits; the user's earlier ones count no more. Scope enrol or admin.
/// Throws Refused: 403, also for an approval that is needed (approvals.h); 409 (705) for an unknown user. Throws
/// NeedsHashes.
std::vector<Secret> make_recovery_codes(Context& context, const Caller& caller,
                                        const RecoveryRequest& request);

/// As many new codes of twelve digits, and their digests under the user's salt, which is kept now if it is new. Throws
/// NeedsHashes.
const SlowHashes& hashes_of_new_codes(Context& context, const User& user, std::size_t count);

/// The digest of a code of twelve digits under the user's salt, which there must be. Throws NeedsHashes.
std::string hash_of_code(Context& context, const User& user, std::string_view digits);

/// What the store says of a code, which is used up if it was good. Throws NeedsHashes.
RecoveryUse use_recovery_code(Context& context, const User& user, std::string_view digits);

}  // namespace toopher::server

#endif
