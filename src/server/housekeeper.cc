// SPDX-License-Identifier: Apache-2.0
#include "server/housekeeper.h"

#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "server/service/housekeeping.h"

namespace toopher::server {

namespace {

struct Found {
  bool changed = false;
  bool alone = false;
  bool more = false;
};

std::string reason_of(const std::exception_ptr& failure) try {
  std::rethrow_exception(failure);
} catch (const std::exception& error) {
  return error.what();
}

}  // namespace

void Housekeeper::take_step() {
  if (std::exchange(under_way_, true)) return;
  const auto found = std::make_shared<Found>();
  app_.store.submit(
      // Runs on a thread of the store, where nothing of the loop's may be read.
      [found, now = app_.now, origin = app_.origin, retention = retention_](Transaction& transaction) {
        found->changed = transaction.changed_elsewhere() || found->changed;
        found->more = false;
        found->alone = transaction.alone_at_housekeeping();
        if (!found->alone) return;
        Context context{transaction, now(), origin};
        found->more = keep_house(context, retention);
      },
      [this, found](const std::exception_ptr& failure) {
        under_way_ = false;
        if (found->changed) app_.waiters.notify_all();
        if (failure) return trouble_.begins(reason_of(failure));
        // Where another instance was at it, nothing was tried that could have failed.
        if (found->alone) trouble_.over();
        if (found->more && !app_.waiters.draining()) take_step();
      });
}

}  // namespace toopher::server
