// SPDX-License-Identifier: Apache-2.0
#include "server/http/errands.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "server/http/place.h"

namespace toopher::server {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kMaxWaiting = 32;

asio::awaitable<Answer> run_here(std::function<Answer()> errand) {
  co_return errand();
}

}  // namespace

asio::awaitable<Answer> Errands::finish(Answer answer) {
  if (!answer.errand) co_return answer;
  if (waiting_ >= kMaxWaiting) co_return to_answer({429, 429, "Too many messages wait; try again later."});
  const Place place(waiting_);
  co_return co_await asio::co_spawn(pool_, run_here(std::move(answer.errand)), asio::use_awaitable);
}

}  // namespace toopher::server
