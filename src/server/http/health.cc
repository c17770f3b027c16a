// SPDX-License-Identifier: Apache-2.0
#include "server/http/health.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

namespace toopher::server {

namespace asio = boost::asio;

void Health::ask() {
  question_ = std::make_shared<Question>();
  store_.submit([](Transaction& transaction) { (void)transaction.requester_by_key("nobody"); },
                [question = question_](const std::exception_ptr& outcome) {
                  question->answered = true;
                  try {
                    if (outcome) std::rethrow_exception(outcome);
                  } catch (const std::exception& error) {
                    question->failure = error.what();
                  }
                  for (const auto& timer : question->waiting) timer->cancel();
                });
}

asio::awaitable<std::string> Health::check() {
  if (!question_ || question_->answered) ask();
  const auto question = question_;
  const auto end = question->asked + kPatience;
  if (!question->answered && std::chrono::steady_clock::now() < end) {
    const auto timer = std::make_shared<asio::steady_timer>(executor_, end);
    question->waiting.push_back(timer);
    boost::system::error_code cancelled;
    co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
  if (question->answered) co_return question->failure;
  co_return "the database does not answer";
}

}  // namespace toopher::server
