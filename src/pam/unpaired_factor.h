// SPDX-License-Identifier: Apache-2.0
// The factor of a person whose ~/.toopher names no pairing (pairing-source = file): nothing is sent.
#ifndef TOOPHER_PAM_UNPAIRED_FACTOR_H
#define TOOPHER_PAM_UNPAIRED_FACTOR_H

#include "pam/factor.h"

namespace toopher::pam {

class UnpairedFactor final : public Factor {
 public:
  [[nodiscard]] Answer push(bool number_matching, std::chrono::seconds ttl,
                            const Deadline& deadline) override;
  [[nodiscard]] Answer wait(const Deadline& deadline) override;
  [[nodiscard]] Answer code(const OneTimeCode& code, const Deadline& deadline) override;
  [[nodiscard]] Answer offline(const OneTimeCode& code, const Deadline& deadline) override;
  void withdraw() override {}
};

}  // namespace toopher::pam

#endif
