// SPDX-License-Identifier: Apache-2.0
#include "server/service/housekeeping.h"

#include "server/service/automation.h"
#include "server/service/pairings.h"
#include "server/service/requests.h"

namespace toopher::server {

namespace {

constexpr int kExpiries = 100;  // of a step: each writes several rows and wakes phones
constexpr int kRemovals = 500;  // of a step, from each table

}  // namespace

bool keep_house(Context& context, const Retention& retention) {
  bool more = expire_requests(context, kExpiries);
  more = expire_pairings(context, kExpiries) || more;
  expire_rules(context);
  return context.store.prune(context.now, retention, kRemovals) || more;
}

}  // namespace toopher::server
