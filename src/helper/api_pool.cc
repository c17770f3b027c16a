// SPDX-License-Identifier: Apache-2.0
#include "helper/api_pool.h"

#include <utility>

namespace toopher::helper {
namespace {

client::Requester copy_of(const client::Requester& requester) {
  return {requester.servers,
          {requester.credentials.consumer_key, requester.credentials.consumer_secret.clone()},
          requester.transport,
          requester.timeout};
}

}  // namespace

ApiPool::Lease ApiPool::borrow() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!idle_.empty()) {
      auto api = std::move(idle_.back());
      idle_.pop_back();
      return {*this, std::move(api)};
    }
  }
  return {*this, std::make_unique<client::ToopherApi>(copy_of(requester_), clock_)};
}

void ApiPool::give_back(std::unique_ptr<client::ToopherApi> api) {
  api->forget_session();
  const std::lock_guard<std::mutex> lock(mutex_);
  if (idle_.size() < kKept) idle_.push_back(std::move(api));
}

}  // namespace toopher::helper
