// SPDX-License-Identifier: Apache-2.0
// Handles for the server whose connections stay warm from one session to the next.
#ifndef TOOPHER_HELPER_API_POOL_H
#define TOOPHER_HELPER_API_POOL_H

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/deadline.h"
#include "client/toopher_api.h"

namespace toopher::helper {

/// Safe to be used by several threads; a handle serves one session at a time.
class ApiPool {
 public:
  /// Handles beyond these are closed when they come back.
  static constexpr std::size_t kKept = 8;

  /// Given back when destroyed; must not outlive the pool.
  class Lease {
   public:
    Lease(ApiPool& pool, std::unique_ptr<client::ToopherApi> api) : pool_(pool), api_(std::move(api)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { pool_.give_back(std::move(api_)); }
    [[nodiscard]] client::ToopherApi& operator*() const { return *api_; }

   private:
    ApiPool& pool_;
    std::unique_ptr<client::ToopherApi> api_;
  };

  /// `clock` must outlive the object.
  ApiPool(client::Requester requester, const Clock& clock) : requester_(std::move(requester)), clock_(clock) {
    idle_.reserve(kKept);
  }

  /// The handle that was used last, or a new one. Throws std::runtime_error if libcurl cannot start.
  [[nodiscard]] Lease borrow();

 private:
  void give_back(std::unique_ptr<client::ToopherApi> api);

  const client::Requester requester_;
  const Clock& clock_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<client::ToopherApi>> idle_;
};

}  // namespace toopher::helper

#endif
