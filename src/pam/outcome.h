// SPDX-License-Identifier: Apache-2.0
// How a login can end, and what the host is told then.
#ifndef TOOPHER_PAM_OUTCOME_H
#define TOOPHER_PAM_OUTCOME_H

#include <string>
#include <string_view>

#include "config/config.h"

namespace toopher::pam {

enum class Verdict {
  aborted,            ///< the start of everything: given up, interrupted, or something unexpected
  granted,            ///< the phone approved, or the code is valid
  exempt,             ///< policy asks nothing of this user
  unpaired_optional,  ///< nobody to ask, and policy does not insist
  unpaired_required,  ///< nobody to ask, but policy insists
  denied,             ///< refused on the phone
  timed_out,          ///< neither a decision nor a code
  codes_used_up,      ///< as many wrong codes as allowed
  refused,            ///< the server does not ask this user: switched off, pairing removed or not confirmed
  unreachable,        ///< no server answered
  server_fault,       ///< an answer that cannot be believed (TLS, credentials, protocol)
  misconfigured,      ///< a file or an argument is wrong
  unknown_user,       ///< no such account; looks like timed_out from outside (aborted stays aborted)
  remembered,         ///< this handle's last attempt failed finally, moments ago
};

enum class Method { none, push, code, offline };

struct Outcome {
  Verdict verdict = Verdict::aborted;
  Method method = Method::none;
  std::string request_id;
  std::string detail;     ///< for the log; never a secret
  bool given_up = false;  ///< by the person, who had guessed no code
};

[[nodiscard]] std::string_view name_of(Verdict verdict);
[[nodiscard]] std::string_view name_of(Method method);

/// The one place where success is decided: an approval, or an unreachable server where the administrator wrote
/// failure-policy = allow.
[[nodiscard]] bool grants(Verdict verdict, config::FailurePolicy policy);

/// Where a host that asks again does so: sshd in a fresh process, which knows nothing of the failure before.
enum class AsksAgain { on_same_handle, in_fresh_process };

/// The code for the host; PAM_SUCCESS exactly if grants(). Only MAXTRIES keeps sshd from asking the person again.
[[nodiscard]] int pam_code(Verdict verdict, config::FailurePolicy policy, AsksAgain host);

/// Whether a host that calls again on the same handle must not cause another push or prompt.
[[nodiscard]] bool is_final_failure(Verdict verdict, config::FailurePolicy policy);

}  // namespace toopher::pam

#endif
