// SPDX-License-Identifier: Apache-2.0
#include "server/http/waiters.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace toopher::server {

namespace {

constexpr std::size_t kMaxOfTopic = 16;  // calls that wait for one request, pairing or device

}  // namespace

void Waiters::notify(const std::string& topic) {
  const auto [begin, end] = parked_.equal_range(topic);
  for (auto place = begin; place != end; ++place) place->second->notify();
}

void Waiters::notify_all() {
  for (const auto& [topic, waiter] : parked_) waiter->notify();
}

void Waiters::drain() {
  draining_ = true;
  notify_all();
}

bool Waiters::crowded(const std::string& topic) const {
  return parked_.size() > most_ || parked_.count(topic) > kMaxOfTopic;
}

Waiter::Waiter(Waiters& waiters, const boost::asio::any_io_executor& executor, const std::string& topic)
    : waiters_(waiters), place_(waiters.parked_.emplace(topic, this)), timer_(executor) {}

Waiter::~Waiter() {
  waiters_.parked_.erase(place_);
}

boost::asio::awaitable<void> Waiter::wait_until(std::chrono::steady_clock::time_point end) {
  if (std::exchange(notified_, false) || over()) co_return;
  timer_.expires_at(end);
  boost::system::error_code cancelled;
  co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
  notified_ = false;
  co_return;
}

void Waiter::notify() {
  notified_ = true;
  timer_.cancel();
}

void Waiter::stop() {
  stopped_ = true;
  timer_.cancel();
}

}  // namespace toopher::server
