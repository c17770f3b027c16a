// SPDX-License-Identifier: Apache-2.0
// Who speaks at the other end of a session, and what that allows: root may ask for anybody, an account for itself only.
#ifndef TOOPHER_HELPER_CALLER_H
#define TOOPHER_HELPER_CALLER_H

#include <optional>
#include <string>
#include <utility>

#include "base/deadline.h"
#include "helper/protocol.h"
#include "helper/rate_limit.h"

namespace toopher::helper {

/// Who may use a verb of the protocol.
enum class Access {
  everybody,  ///< an account, too, with its own names in the line
  root,       ///< root, or whoever spawned the helper with credentials of its own
};

class Caller {
 public:
  /// Root, or the process that spawned this helper: its words are believed.
  static Caller trusted() { return Caller(); }
  /// An account that connected by itself. `name` is pw_name, `user` what the server calls it; `limit` must outlive the
  /// caller.
  static Caller account(uid_t uid, std::string name, std::string user, RateLimit& limit) {
    return Caller(Account{uid, std::move(name), std::move(user), &limit});
  }

  [[nodiscard]] bool is_trusted() const { return !account_; }
  /// How long this caller may leave the helper without a line; nothing: as long as it lives.
  [[nodiscard]] std::optional<Clock::Duration> patience() const;
  /// Makes the line of an account say who it is (`user`, `ruser`); a sentence if it may not ask for that.
  [[nodiscard]] std::optional<std::string> adapt(Message& line, Access access) const;
  /// False where the caller has asked too often.
  [[nodiscard]] bool may_spend(Cost cost) const;

 private:
  struct Account {
    uid_t uid;
    std::string name;
    std::string user;
    RateLimit* limit;
  };

  Caller() = default;
  explicit Caller(Account account) : account_(std::move(account)) {}

  std::optional<Account> account_;
};

}  // namespace toopher::helper

#endif
