// SPDX-License-Identifier: Apache-2.0
#include "helper/caller.h"

namespace toopher::helper {
namespace {

/// Somebody may leave a prompt open for long, but a place in the helper is not theirs for ever.
constexpr std::chrono::minutes kPatience{10};

}  // namespace

std::optional<Clock::Duration> Caller::patience() const {
  if (is_trusted()) return std::nullopt;
  return kPatience;
}

std::optional<std::string> Caller::adapt(Message& line, Access access) const {
  if (is_trusted()) return std::nullopt;
  if (access == Access::root) return "only root may have toopher-helper " + line.verb();
  // A pairing id stands for a user that nobody has compared.
  if (line.has("pairing-id")) return "only root may name a pairing instead of a user";
  if (line.has("user") && line.get("user") != account_->user)
    return "the account " + account_->name + " may ask for itself only (" + account_->user + ")";
  line.set("user", account_->user).set("ruser", account_->name);
  return std::nullopt;
}

bool Caller::may_spend(Cost cost) const {
  return is_trusted() || account_->limit->take(account_->uid, cost);
}

}  // namespace toopher::helper
