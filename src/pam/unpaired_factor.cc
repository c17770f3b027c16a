// SPDX-License-Identifier: Apache-2.0
#include "pam/unpaired_factor.h"

#include "helper/protocol.h"

namespace toopher::pam {
namespace {

Answer unpaired() {
  Answer answer;
  answer.kind = Answer::Kind::refused;
  answer.word = helper::refusal::kUnpaired;
  return answer;
}

}  // namespace

Answer UnpairedFactor::push(bool /*number_matching*/, std::chrono::seconds /*ttl*/,
                            const Deadline& /*deadline*/) {
  return unpaired();
}

Answer UnpairedFactor::wait(const Deadline& /*deadline*/) {
  return unpaired();
}

Answer UnpairedFactor::code(const OneTimeCode& /*code*/, const Deadline& /*deadline*/) {
  return unpaired();
}

Answer UnpairedFactor::offline(const OneTimeCode& code, const Deadline& deadline) {
  return this->code(code, deadline);
}

}  // namespace toopher::pam
