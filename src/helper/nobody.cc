// SPDX-License-Identifier: Apache-2.0
#include "helper/nobody.h"

#include <algorithm>

#include "api/reason.h"
#include "base/random.h"

namespace toopher::helper {
namespace {

using client::Abandoned;
using client::Failed;

constexpr const char* kId = "none";

/// `reached` as another result, or `instead` where the server answered.
template <class Result, class Instead>
Result or_else(client::ReachResult reached, Instead instead) {
  if (std::holds_alternative<Abandoned>(reached)) return Abandoned{};
  if (auto* failed = std::get_if<Failed>(&reached)) return std::move(*failed);
  return instead;
}

}  // namespace

client::InitiateResult Nobody::push(const client::Login& login, std::chrono::seconds ttl,
                                    const Deadline& deadline, const client::Watch& watch) {
  expiry_ = Deadline::after(clock_, ttl);
  const std::string number =
      login.number_matching ? std::to_string(10 + random_below(90)) : "";  // as toopherd's
  return or_else<client::InitiateResult>(api_.reach(deadline, watch), client::Pending{kId, number});
}

client::InitiateResult Nobody::present_code(const client::Login& /*login*/, const Secret& /*code*/,
                                            const std::string& /*supersedes*/, const Deadline& deadline,
                                            const client::Watch& watch) {
  return or_else<client::InitiateResult>(api_.reach(deadline, watch),
                                         client::Denied{kId, api::reason::kInvalidCode, {}});
}

client::WaitResult Nobody::wait(const std::string& id, const Deadline& deadline, const client::Watch& watch) {
  const Deadline end(std::min(expiry_.at(), deadline.at()));
  if (watch.wait(end.remaining(clock_))) return Abandoned{};
  return client::Expired{id, expiry_.expired(clock_), {}};
}

client::CancelResult Nobody::cancel(const std::string& /*id*/, const Deadline& deadline,
                                    const client::Watch& watch) {
  return or_else<client::CancelResult>(api_.reach(deadline, watch), client::Cancelled{});
}

}  // namespace toopher::helper
