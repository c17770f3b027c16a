// SPDX-License-Identifier: Apache-2.0
// Hard tokens and other code apps (OATH validators): each code counts once, whoever made the seed.
#ifndef TOOPHER_SERVER_SERVICE_VALIDATORS_H
#define TOOPHER_SERVER_SERVICE_VALIDATORS_H

#include <string>
#include <string_view>
#include <vector>

#include "server/service/context.h"

namespace toopher::server {

/// What is brought to the server.
struct NewValidator {
  Secret seed;
  std::string requester_specified_id;  ///< empty: none
  bool event_based = false;
  int digits = 6;
  std::string algorithm = "sha1";  ///< sha1, sha256 or sha512
  int step_seconds = 30;
  Secret otp;  ///< a code that shows that it works, used up by that; empty: not asked for
};

/// Which one is meant: by its id, or by what its requester calls it.
struct ValidatorName {
  std::string_view id;
  std::string_view requester_specified_id;
};

/// New ones, all or none. A seed that was deactivated is taken up again with its counters. Scope admin. Throws Refused:
/// 400 for values that cannot be; 403; 409 for a seed or a name that is in use.
std::vector<Validator> provision_validators(Context& context, const Caller& caller,
                                            const std::vector<NewValidator>& wanted);

/// One of the caller's. Throws Refused: 400 without a name; 404.
Validator find_validator(Context& context, const Caller& caller, const ValidatorName& name);

/// The validator's codes are the user's from now on. Scope enrol or admin; a user who has a factor already has to have
/// approved it: `authorization` is the proof (approvals.h). Throws Refused: 403, 404; 409 if it is another user's.
Validator associate_validator(Context& context, const Caller& caller, const User& user,
                              const ValidatorName& name, std::string_view authorization);

/// The same for one that is new. A repeat, by seed, kind of codes, requester and user, gives what is there. Throws Refused:
/// 400, 403, 409; 409 (1011) for a wrong `otp`.
Validator associate_new_validator(Context& context, const Caller& caller, const User& user,
                                  const NewValidator& wanted, std::string_view authorization);

/// The same for a user by name, who is made if new.
Validator associate_new_validator(Context& context, const Caller& caller, std::string_view user_name,
                                  const NewValidator& wanted, std::string_view authorization);

/// One whose seed the server made.
struct FreshToken {
  Validator validator;
  Secret link;  ///< otpauth://…, a secret: known at this moment only
};

/// A token of `requester` for `user` with a fresh seed: TOTP as every code app has it. `name`: its requester_specified_id,
/// which no other has; empty: none. Writes no audit event.
FreshToken give_fresh_token(Context& context, const User& user, const Requester& requester, std::string name);

/// Its codes are nobody's. Scope admin. Throws Refused: 403, 404; 409 if it is not this user's.
void dissociate_validator(Context& context, const Caller& caller, const User& user,
                          const ValidatorName& name);

/// Finds the token's counter or clock again by codes that follow each other, which are used up by that; only ever
/// forwards. Scope admin. Throws Refused: 400 for less than two codes, or for codes that are not found; 403, 404; 429
/// after too many of those.
void resync_validator(Context& context, const Caller& caller, const ValidatorName& name,
                      const std::vector<std::string_view>& codes);

/// It is over: nobody's, and without its seed. Scope admin. Throws Refused: 403, 404.
void deactivate_validator(Context& context, const Caller& caller, const ValidatorName& name);

/// The same without a question: checks nothing, and writes no audit event. What its codes have approved is void.
void end_validator(Context& context, const Validator& validator);

/// For users/reset. Checks nothing.
void dissociate_all(Context& context, const User& user);

enum class TokenCode { unknown, used_before, accepted };

/// Whether `digits` is a code of one of the user's validators; a good one is used up.
TokenCode use_token_code(Context& context, const User& user, std::string_view digits);

}  // namespace toopher::server

#endif
