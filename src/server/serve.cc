// SPDX-License-Identifier: Apache-2.0
#include "server/serve.h"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <stdexcept>

#include "server/http/app.h"
#include "server/http/authenticator_api.h"
#include "server/http/listener.h"
#include "server/http/toopher_api.h"
#include "server/http/web.h"
#include "server/open_store.h"
#include "server/service/automation.h"
#include "server/service/pairings.h"
#include "server/service/requests.h"
#include "server/setup.h"
#include "server/wall_clock.h"

namespace toopher::server {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::seconds kHousekeeping{5};  // how late an unattended expiry may be written down
constexpr std::chrono::seconds kDrain{5};         // until unfinished answers are given up

/// How many of these connections there are descriptors for, after the system's limit was raised as far as it may be.
std::size_t possible_connections(std::size_t wanted) {
  constexpr rlim_t kOthers = 64;  // database, loop, a journal
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  if (limit.rlim_cur < wanted + kOthers) {
    limit.rlim_cur = std::min<rlim_t>(wanted + kOthers, limit.rlim_max);
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
  }
  const auto left = static_cast<std::size_t>(std::max(limit.rlim_cur, 2 * kOthers) - kOthers);
  if (left < wanted) {
    (void)std::fprintf(
        stderr,
        "toopherd: max-connections is %zu instead of %zu: the system allows this process %llu open "
        "files; raise LimitNOFILE of its unit, or ulimit -Hn\n",
        left, wanted, static_cast<unsigned long long>(limit.rlim_cur));
  }
  return std::min(left, wanted);
}

HttpSettings http_settings(const ServerConfig& config) {
  HttpSettings settings{config.limits, config.trusted_proxies};
  settings.limits.connections = possible_connections(config.limits.connections);
  return settings;
}

std::string url_of(bool tls, const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  const std::string host = endpoint.address().is_v6() ? "[" + address + "]" : address;
  return std::string(tls ? "https://" : "http://") + host + ":" + std::to_string(endpoint.port());
}

/// All parts, in the order in which they may go: the store's thread ends before the loop that it talks to.
class Server {
 public:
  explicit Server(const ServerConfig& config)
      : store_(open_store(config, load_sealing_key(config.key_file), StoreUser::server,
                          [this](Committed committed) { deliver(std::move(committed)); })),
        app_{*store_, waiters_, hasher_, config.origin, wall_clock, loop_.get_executor()},
        listener_(loop_, {asio::ip::make_address(config.listen.address), config.listen.port}, tls_of(config),
                  http_settings(config),
                  [this](const Request& request, Peer& peer) { return handle(request, peer); }),
        url_(url_of(!config.certificate.empty(),
                    {asio::ip::make_address(config.listen.address), listener_.port()})),
        signals_(loop_, SIGTERM, SIGINT),
        housekeeping_(loop_),
        drain_limit_(loop_) {
    waiters_.limit(config.limits.parked);
    if (app_.origin.empty()) app_.origin = normalised_origin(url_);
  }

  void run() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (!error) drain();
    });
    listener_.start();
    keep_house();
    (void)std::printf("toopherd: ready on %s\n", url_.c_str());
    (void)std::fflush(stdout);
    loop_.run();
  }

 private:
  static std::unique_ptr<TlsContext> tls_of(const ServerConfig& config) {
    if (config.certificate.empty()) return nullptr;
    return TlsContext::from_files(config.certificate, config.private_key,
                                  read_private_key(config.private_key));
  }

  /// On the writer's thread: one step onto the loop for the whole group.
  void deliver(Committed committed) {
    asio::post(loop_, [this, committed = std::move(committed)] {
      for (const auto& line : committed.audit_lines) (void)std::fprintf(stderr, "%s\n", line.c_str());
      for (const auto& topic : committed.topics) waiters_.notify(topic);
      if (committed.everything) waiters_.notify_all();
      for (const auto& completion : committed.completions) completion();
    });
  }

  asio::awaitable<Response> handle(const Request& request, Peer& peer) {
    if (request.path().starts_with(kToopherApiPath)) return toopher_api(app_, request, peer);
    if (request.path().starts_with(kAuthenticatorApiPath)) return authenticator_api(app_, request, peer);
    return other(request);
  }

  static asio::awaitable<Response> other(const Request& request) {
    if (request.path() == "/healthz") co_return Response{200, "{\"status\":\"ok\"}", {}};
    if (auto page = web_answer(request)) co_return std::move(*page);
    co_return error_response({404, 404, "There is nothing here."});
  }

  void keep_house() {
    if (waiters_.draining()) return;
    housekeeping_.expires_after(kHousekeeping);
    housekeeping_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      const auto changed = std::make_shared<bool>(false);
      store_->submit(
          [this, changed](Transaction& transaction) {
            *changed = transaction.changed_elsewhere();
            if (!transaction.alone_at_housekeeping()) return;
            Context context{transaction, app_.now(), app_.origin};
            expire_requests(context);
            expire_pairings(context);
            expire_rules(context);
            transaction.prune(context.now);
          },
          [this, changed](const std::exception_ptr&) {
            if (*changed) waiters_.notify_all();
          });
      keep_house();
    });
  }

  /// The loop ends by itself once nothing is left to do.
  void drain() {
    (void)std::fprintf(stderr, "toopherd: ending; parked polls are answered\n");
    housekeeping_.cancel();
    waiters_.drain();
    drain_limit_.expires_after(kDrain);
    drain_limit_.async_wait([this](const boost::system::error_code& error) {
      if (!error) listener_.close_all();
    });
    listener_.drain([this] { drain_limit_.cancel(); });
  }

  asio::io_context loop_{1};
  Waiters waiters_;
  Hasher hasher_;
  std::unique_ptr<Store> store_;
  App app_;
  Listener listener_;
  std::string url_;
  asio::signal_set signals_;
  asio::steady_timer housekeeping_;
  asio::steady_timer drain_limit_;
};

}  // namespace

void serve(const ServerConfig& config) {
  Server(config).run();
}

}  // namespace toopher::server
