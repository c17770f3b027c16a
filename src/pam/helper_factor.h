// SPDX-License-Identifier: Apache-2.0
// The factor behind toopher-helper.
#ifndef TOOPHER_PAM_HELPER_FACTOR_H
#define TOOPHER_PAM_HELPER_FACTOR_H

#include "helper/launch.h"
#include "pam/factor.h"

namespace toopher::pam {

class HelperFactor final : public Factor {
 public:
  /// `login` is the protocol's line that describes the login.
  HelperFactor(helper::HelperProcess process, helper::Message login, const Clock& clock)
      : process_(std::move(process)), login_(std::move(login)), clock_(clock) {}

  [[nodiscard]] Answer push(bool number_matching, std::chrono::seconds ttl,
                            const Deadline& deadline) override;
  [[nodiscard]] Answer wait(const Deadline& deadline) override;
  [[nodiscard]] Answer code(const OneTimeCode& code, const Deadline& deadline) override;
  [[nodiscard]] Answer offline(const OneTimeCode& code, const Deadline& deadline) override;
  void withdraw() override;

 private:
  /// What a granted answer must carry to be believed.
  enum class Proof { request_id, codes_left };
  [[nodiscard]] Answer ask(helper::Message question, const Deadline& deadline,
                           Proof proof = Proof::request_id);
  [[nodiscard]] static Answer to_answer(const helper::Message& message, Proof proof);

  helper::HelperProcess process_;
  helper::Message login_;
  const Clock& clock_;
  bool described_ = false;  ///< login_ was sent
};

}  // namespace toopher::pam

#endif
