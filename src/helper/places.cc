// SPDX-License-Identifier: Apache-2.0
#include "helper/places.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>

namespace toopher::helper {

Places::Places() : given_back_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!given_back_) throw std::system_error(errno, std::generic_category(), "eventfd");
}

std::optional<Places::Place> Places::take(uid_t uid) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (taken_ == kAll) return std::nullopt;
  if (uid != 0) {
    if (by_accounts_ == kAccounts) return std::nullopt;
    unsigned& own = by_account_[uid];
    if (own == kAccount) return std::nullopt;
    ++own;
    ++by_accounts_;
  }
  ++taken_;
  return std::optional<Place>(std::in_place, *this, uid);
}

void Places::give_back(uid_t uid) {
  const std::lock_guard<std::mutex> lock(mutex_);
  --taken_;
  if (uid != 0) {
    --by_accounts_;
    const auto own = by_account_.find(uid);
    if (--own->second == 0) by_account_.erase(own);
  }
  (void)::eventfd_write(given_back_.get(), 1);
}

unsigned Places::taken() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return taken_;
}

void Places::note() const {
  eventfd_t count = 0;
  (void)::eventfd_read(given_back_.get(), &count);
}

}  // namespace toopher::helper
