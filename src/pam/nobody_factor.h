// SPDX-License-Identifier: Apache-2.0
// The factor of an account that does not exist: behaves like a paired person who does not answer, sends nothing.
#ifndef TOOPHER_PAM_NOBODY_FACTOR_H
#define TOOPHER_PAM_NOBODY_FACTOR_H

#include "pam/factor.h"

namespace toopher::pam {

class NobodyFactor final : public Factor {
 public:
  explicit NobodyFactor(const Clock& clock) : clock_(clock) {}
  [[nodiscard]] Answer push(bool number_matching, std::chrono::seconds ttl,
                            const Deadline& deadline) override;
  [[nodiscard]] Answer wait(const Deadline& deadline) override;
  [[nodiscard]] Answer code(const OneTimeCode& code, const Deadline& deadline) override;
  void withdraw() override {}

 private:
  const Clock& clock_;
};

}  // namespace toopher::pam

#endif
