// SPDX-License-Identifier: Apache-2.0
#include "server/http/app.h"

#include <algorithm>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

#include "base/text.h"
#include "oauth/parameters.h"

namespace toopher::server {

namespace asio = boost::asio;

namespace {

/// Resumes when the operation is committed; throws what it threw. Completions are called on the loop.
asio::awaitable<void> commit(Store& store, Store::Operation operation) {
  const auto initiate = [&store](auto handler, const Store::Operation& queued) {
    // The loop must not end while an operation is under way.
    auto guard = asio::make_work_guard(asio::get_associated_executor(handler));
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    store.submit(queued, [shared, guard](std::exception_ptr outcome) { std::move (*shared)(outcome); });
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
      initiate, asio::use_awaitable, std::move(operation));
}

std::chrono::steady_clock::time_point next_look(App& app, const Answer& answer,
                                                std::chrono::steady_clock::time_point end) {
  if (answer.changes_at == 0) return end;
  const Millis left = std::max<Millis>(0, answer.changes_at - app.now());
  return std::min(end, std::chrono::steady_clock::now() + std::chrono::milliseconds(left));
}

/// False if the work needs digests first: then nothing has happened, and `hashes` are those to compute.
asio::awaitable<bool> try_to_run(App& app, const Work& work, std::shared_ptr<SlowHashes>& hashes,
                                 Answer& answer) {
  try {
    co_await commit(app.store, [&](Transaction& transaction) {
      Context context{transaction, app.now(), app.origin, hashes.get()};
      try {
        answer = work(context);
      } catch (const Refused& refused) {
        answer = to_answer(refused.error());
      }
    });
  } catch (const NeedsHashes& needed) {
    hashes = needed.wanted();
    co_return false;
  } catch (const StoreUnavailable&) {
    answer = to_answer({503, 503, "The database does not answer at present; try again."});
  } catch (const NotText&) {
    answer = to_answer({400, 400, "A parameter is not valid UTF-8 text."});
  }
  co_return true;
}

}  // namespace

asio::awaitable<Answer> run(App& app, Work work) {
  constexpr int kRuns = 3;  // a list of recovery codes may be replaced between the first and the second
  std::shared_ptr<SlowHashes> hashes;
  for (int left = kRuns; left > 0; --left) {
    Answer answer;
    const bool done = co_await try_to_run(app, work, hashes, answer);
    if (done) co_return answer;
    const bool computed = co_await app.hasher.compute(hashes);
    if (!computed) break;
  }
  co_return to_answer({429, 429, "Too many codes are being checked; try again later."});
}

asio::awaitable<Answer> run_and_wait(App& app, Peer& peer, const std::string& topic,
                                     std::chrono::seconds wait, Work first, Work again) {
  const auto end = std::chrono::steady_clock::now() + wait;
  // Shared with the peer's callback, which may come later than the end of this call.
  const auto waiter = std::make_shared<Waiter>(app.waiters, app.executor, topic);
  Answer answer = co_await run(app, std::move(first));
  if (!answer.settled && app.waiters.crowded(topic)) {
    co_return to_answer({429, 429, "Too many calls wait for this already; try again later."});
  }
  if (!answer.settled) {
    peer.when_gone([weak = std::weak_ptr<Waiter>(waiter)] {
      if (const auto parked = weak.lock()) parked->stop();
    });
  }
  while (!answer.settled && !waiter->over() && std::chrono::steady_clock::now() < end) {
    // Read anew after the wait: while thousands wait, nobody needs what was read before.
    std::string().swap(answer.body);
    co_await waiter->wait_until(next_look(app, answer, end));
    answer = co_await run(app, again);
  }
  co_return answer;
}

std::chrono::seconds wait_parameter(std::string_view query) {
  const auto parameters = oauth::parse_form(query);
  const std::string* wait = parameters ? oauth::find(*parameters, "wait") : nullptr;
  const auto seconds = wait != nullptr ? parse_decimal(*wait, 1000000) : std::nullopt;
  return seconds ? std::min(kMaxWait, std::chrono::seconds(*seconds)) : std::chrono::seconds(0);
}

Response to_response(Answer answer) {
  Response response{answer.status, std::move(answer.body), std::move(answer.headers), answer.content_type};
  if (answer.status == 429) response.headers.emplace_back("Retry-After", "30");
  if (answer.status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace toopher::server
