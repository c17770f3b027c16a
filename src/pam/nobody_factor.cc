// SPDX-License-Identifier: Apache-2.0
#include "pam/nobody_factor.h"

#include <poll.h>

#include "api/reason.h"
#include "base/random.h"

namespace toopher::pam {

Answer NobodyFactor::push(bool number_matching, std::chrono::seconds /*ttl*/, const Deadline& /*deadline*/) {
  Answer answer;
  answer.kind = Answer::Kind::pending;
  if (number_matching) answer.number = std::to_string(10 + random_below(90));  // two digits, as toopherd's
  return answer;
}

Answer NobodyFactor::wait(const Deadline& deadline) {
  while (!deadline.expired(clock_))
    (void)::poll(nullptr, 0, static_cast<int>(deadline.remaining(clock_).count()));
  Answer answer;
  answer.kind = Answer::Kind::expired;
  return answer;
}

Answer NobodyFactor::code(const OneTimeCode& /*code*/, const Deadline& /*deadline*/) {
  Answer answer;
  answer.kind = Answer::Kind::denied;
  answer.reason = api::reason::kInvalidCode;
  return answer;
}

}  // namespace toopher::pam
