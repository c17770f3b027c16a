// SPDX-License-Identifier: Apache-2.0
// In which groups an account is, by primary and supplementary membership.
#ifndef TOOPHER_PAM_GROUPS_H
#define TOOPHER_PAM_GROUPS_H

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "pam/account.h"

namespace toopher::pam {

class Groups {
 public:
  Groups() = default;
  Groups(const Groups&) = delete;
  Groups& operator=(const Groups&) = delete;
  virtual ~Groups() = default;

  /// True only if the account is a member. False may mean that a look-up failed; vouch() tells. A group that does not
  /// exist has no members.
  [[nodiscard]] virtual bool contain(const std::string& group) = 0;
  /// Throws Undecidable unless each "no" of contain() can be relied upon.
  virtual void vouch() = 0;
};

/// By the name service switch. Throws nothing but Undecidable and std::bad_alloc.
class SystemGroups final : public Groups {
 public:
  explicit SystemGroups(Account account) : account_(std::move(account)) {}
  [[nodiscard]] bool contain(const std::string& group) override;
  void vouch() override;

 private:
  [[nodiscard]] const std::vector<gid_t>& all();
  void add(std::vector<gid_t>& groups, gid_t gid);

  Account account_;
  std::optional<std::vector<gid_t>> all_;  ///< as far as the services told
  std::string failure_;                    ///< of a look-up; "" if none failed
};

}  // namespace toopher::pam

#endif
