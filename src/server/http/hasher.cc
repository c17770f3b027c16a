// SPDX-License-Identifier: Apache-2.0
#include "server/http/hasher.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "server/http/place.h"

namespace toopher::server {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kMaxWaiting = 32;  // some seconds' work

asio::awaitable<void> compute_here(std::shared_ptr<SlowHashes> wanted) {
  wanted->compute();
  co_return;
}

}  // namespace

asio::awaitable<bool> Hasher::compute(std::shared_ptr<SlowHashes> wanted) {
  if (waiting_ >= kMaxWaiting) co_return false;
  const Place place(waiting_);
  co_await asio::co_spawn(pool_, compute_here(std::move(wanted)), asio::use_awaitable);
  co_return true;
}

}  // namespace toopher::server
