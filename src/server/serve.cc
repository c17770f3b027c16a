// SPDX-License-Identifier: Apache-2.0
#include "server/serve.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "api/json.h"
#include "base/random.h"
#include "base/text.h"
#include "config.h"
#include "server/admin/api.h"
#include "server/admin/call.h"
#include "server/admin/in_use.h"
#include "server/admin/replacement.h"
#include "server/descriptors.h"
#include "server/housekeeper.h"
#include "server/http/app.h"
#include "server/http/authenticator_api.h"
#include "server/http/health.h"
#include "server/http/listener.h"
#include "server/http/operations_api.h"
#include "server/http/toopher_api.h"
#include "server/http/web.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/open_store.h"
#include "server/push/notifier.h"
#include "server/reload.h"
#include "server/service_manager.h"
#include "server/setup.h"
#include "server/store/measured_store.h"
#include "server/wall_clock.h"

namespace toopher::server {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::seconds kHousekeeping{5};  // how late an unattended expiry may be written down
constexpr std::chrono::seconds kDrain{5};         // until unfinished answers are given up

HttpSettings http_settings(const ServerConfig& config) {
  HttpSettings settings{config.limits, config.trusted_proxies};
  settings.limits.connections = possible_connections(config.limits.connections);
  return settings;
}

std::unique_ptr<TlsContext> tls_of(const ServerConfig& config) {
  if (config.certificate.empty()) return nullptr;
  return TlsContext::from_files(config.certificate, config.private_key, read_private_key(config.private_key));
}

Route route_of(std::string_view path) {
  if (path.starts_with(kToopherApiPath)) return Route::toopher;
  if (path.starts_with(kAuthenticatorApiPath)) return Route::authenticator;
  if (path == kHealthPath) return Route::health;
  if (path == kMetricsPath) return Route::metrics;
  return Route::other;
}

std::string url_of(bool tls, const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  const std::string host = endpoint.address().is_v6() ? "[" + address + "]" : address;
  return std::string(tls ? "https://" : "http://") + host + ":" + std::to_string(endpoint.port());
}

/// Goes on with the present one if it cannot be replaced.
void replace_database(const std::string& database, const std::string& keep_as) try {
  (void)admin::put_replacement_in_place(database, keep_as);
} catch (const std::runtime_error& error) {
  log(LogLevel::error, "not restored", error.what());
}

/// All parts, in the order in which they may go: the loop, which the others talk to, is the last.
class Server {
 public:
  explicit Server(const ServerConfig& config)
      : config_(config),
        in_use_(config, admin::InUse::together),
        key_(load_sealing_key(config.key_file)),
        engine_(open_store(config, key_.share(), StoreUser::server,
                           [this](Committed committed) { deliver(std::move(committed)); })),
        store_(*engine_, metrics_),
        health_(store_, loop_.get_executor()),
        app_{store_, waiters_, hasher_, config.origin, wall_clock, loop_.get_executor()},
        housekeeper_(app_, config_.retention),
        notifier_(store_, metrics_, loop_.get_executor(), wall_clock),
        listener_(
            loop_, {asio::ip::make_address(config.listen.address), config.listen.port}, tls_of(config),
            http_settings(config),
            [this](const Request& request, Peer& peer) { return handle(request, peer); }, metrics_),
        admin_(loop_, config.admin_socket,
               [this](const admin::SocketCall& call, Peer& peer) {
                 return admin::answer(app_, admin_operations_, call, peer);
               }),
        url_(url_of(!config.certificate.empty(),
                    {asio::ip::make_address(config.listen.address), listener_.port()})),
        signals_(loop_, SIGTERM, SIGINT),
        reload_signals_(loop_, SIGHUP),
        housekeeping_(loop_),
        watchdog_(loop_),
        drain_limit_(loop_) {
    waiters_.limit(config.limits.parked);
    if (app_.origin.empty()) app_.origin = normalised_origin(url_);
    app_.gateways = {config.sms_command, config.mail_command};
    port_ = listener_.port();
    app_.user_verification = config.user_verification;
    use_push_settings(push_settings(config));
    provide_for_admin();
  }

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// The store's threads end first: what they still carry out reads the parts that were made after it.
  ~Server() { engine_.reset(); }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// Until it is to end. Under which name the database is to be kept, if it is to be replaced; else "".
  std::string run() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (!error) drain("a signal came");
    });
    wait_for_reload();
    admin_.start();
    keep_house();
    keep_watchdog_quiet();
    begin_with_push_key();
    loop_.run();
    return keep_database_as_;
  }

 private:
  void begin_with_push_key() {
    const auto key = std::make_shared<std::optional<crypto::PrivateKey>>();
    store_.submit(
        [this, key](Transaction& transaction) {
          Context context{transaction, app_.now(), app_.origin};
          *key = push_key(context);
        },
        [this, key](const std::exception_ptr& failure) {
          if (failure) std::rethrow_exception(failure);
          notifier_.use_key(std::move(**key));
          app_.push = notifier_.policy();
          begin();
        });
  }

  void begin() {
    if (waiters_.draining()) return;
    listener_.start();
    (void)std::printf("toopherd: ready on %s\n", url_.c_str());
    (void)std::fflush(stdout);
    if (config_.push_contact.empty())
      log(LogLevel::notice, "no web push",
          "phones are not notified: push-contact is missing in " + config_.file + "; see toopherd(8)");
    manager_.ready();
  }

  /// Reads the token's file.
  [[nodiscard]] push::NotifierSettings push_settings(const ServerConfig& config) const {
    push::NotifierSettings settings;
    settings.origin = app_.origin;
    settings.contact = config.push_contact;
    settings.hosts = webpush::Hosts::parse(config.push_hosts).value();
    settings.ntfy_url = config.ntfy_url;
    if (!config.ntfy_token_file.empty()) {
      const Secret text = read_secret_file(config.ntfy_token_file);
      settings.ntfy_token = Secret(trim(text.view()));
    }
    return settings;
  }

  void use_push_settings(push::NotifierSettings settings) {
    notifier_.use(std::move(settings));
    app_.push = notifier_.policy();
  }

  void provide_for_admin() {
    admin_operations_["status"] = [this](const json_t*) { return status(); };
    admin_operations_["key reload"] = [this](const json_t*) {
      reload_key();
      return api::Json(json_object());
    };
    admin_operations_["restore"] = [this](const json_t*) { return begin_restore(); };
  }

  /// What is sealed already must be opened by the file that is there now.
  void reload_key() {
    const crypto::SealingKey fresh = load_sealing_key(config_.key_file);
    const auto keys = fresh.all_bytes();
    if (std::find(keys.begin(), keys.end(), key_.bytes()) == keys.end())
      throw std::runtime_error(config_.key_file +
                               " does not hold the key that is in use; put the right file back");
    key_.replace_by(fresh);
  }

  [[nodiscard]] api::Json status() const {
    const Gauges now = gauges();
    api::Json answer(json_object());
    admin::put(answer, "run", run_);
    admin::put(answer, "version", PACKAGE_VERSION);
    admin::put(answer, "url", url_);
    admin::put(answer, "pid", static_cast<std::int64_t>(::getpid()));
    admin::put_time(answer, "started", started_);
    admin::put(answer, "connections", static_cast<std::int64_t>(now.connections));
    admin::put(answer, "parked", static_cast<std::int64_t>(now.parked));
    admin::put(answer, "queue", static_cast<std::int64_t>(metrics_.waiting_operations()));
    admin::put(answer, "operations_per_commit", api::Json(json_real(metrics_.operations_per_commit())));
    return answer;
  }

  /// toopher-admin has put a checked database in its place; nobody may have the present one open when it moves there.
  api::Json begin_restore() {
    const std::string replacement = admin::replacement_of(config_.database);
    if (waiters_.draining()) refuse(409, "The server ends.");
    if (::access(replacement.c_str(), R_OK) != 0) refuse(409, "There is no " + replacement + ".");
    keep_database_as_ = admin::kept_name(config_.database, std::time(nullptr));
    api::Json answer(json_object());
    admin::put(answer, "kept", keep_database_as_);
    asio::post(loop_, [this] {
      signals_.cancel();
      drain("the database is to be replaced");
    });
    return answer;
  }

  /// On the writer's thread: one step onto the loop for the whole group.
  void deliver(Committed committed) {
    metrics_.group_committed(committed.completions.size());
    asio::post(loop_, [this, committed = std::move(committed)] {
      log_audit(committed.audit_lines);
      for (const auto& line : committed.audit_lines) metrics_.audited(line);
      for (const auto& topic : committed.topics) {
        waiters_.notify(topic);
        notifier_.heard(topic);
      }
      if (committed.everything) waiters_.notify_all();
      for (const auto& completion : committed.completions) completion();
      notifier_.tell(committed.announcements);
    });
  }

  asio::awaitable<Response> handle(const Request& request, Peer& peer) {
    const Route route = route_of(request.path());
    Response response;
    try {
      response = co_await routed(route, request, peer);
    } catch (...) {
      metrics_.answered(route, 500);
      throw;
    }
    metrics_.answered(route, response.status);
    co_return response;
  }

  asio::awaitable<Response> routed(Route route, const Request& request, Peer& peer) {
    switch (route) {
      case Route::toopher:
        return toopher_api(app_, request, peer);
      case Route::authenticator:
        return authenticator_api(app_, request, peer);
      case Route::health:
        return health_call(health_, listener_.draining());
      case Route::metrics:
      case Route::other:
        break;
    }
    return other(route, request);
  }

  asio::awaitable<Response> other(Route route, const Request& request) {
    if (route == Route::metrics) co_return metrics_call(request, config_.metrics_allow, metrics_, gauges());
    if (auto page = web_answer(request)) co_return std::move(*page);
    co_return error_response({404, 404, "There is nothing here."});
  }

  [[nodiscard]] Gauges gauges() const {
    const Connections& connections = listener_.connections();
    return {connections.size(), connections.in(Phase::idle), waiters_.parked()};
  }

  void wait_for_reload() {
    reload_signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      reload();
      wait_for_reload();
    });
  }

  /// All of the new configuration, or nothing of it.
  void reload() {
    manager_.reloading();
    try {
      ServerConfig fresh = load_server_config(config_.file);
      auto tls = tls_of(fresh);
      const std::string keys = keys_that_need_a_restart(config_, fresh);
      if (fresh.certificate.empty() != config_.certificate.empty()) {
        tls = tls_of(config_);
        fresh.certificate = config_.certificate;
        fresh.private_key = config_.private_key;
      }
      push::NotifierSettings settings = push_settings(fresh);
      reload_key();
      take_over(std::move(fresh), std::move(tls));
      use_push_settings(std::move(settings));
      log(LogLevel::notice, "reloaded", config_.file + " and the certificate are in force");
      if (!keys.empty())
        log(LogLevel::warning, "restart needed",
            "new values of " + keys + " in " + config_.file + " wait for a restart");
    } catch (const std::exception& error) {
      log(LogLevel::error, "not reloaded", std::string(error.what()) + "; what was in force stays so");
    }
    manager_.ready();
  }

  void take_over(ServerConfig fresh, std::unique_ptr<TlsContext> tls) {
    // Against these the next reload is compared: they are what runs.
    fresh.listen = config_.listen;
    fresh.origin = config_.origin;
    fresh.database = config_.database;
    fresh.database_password_file = config_.database_password_file;
    fresh.database_connections = config_.database_connections;
    fresh.key_file = config_.key_file;
    fresh.admin_socket = config_.admin_socket;
    config_ = std::move(fresh);
    set_log_format(config_.log_format);
    waiters_.limit(config_.limits.parked);
    app_.gateways = {config_.sms_command, config_.mail_command};
    app_.user_verification = config_.user_verification;
    listener_.change(std::move(tls), http_settings(config_));
  }

  void keep_watchdog_quiet() {
    const auto interval = manager_.watchdog();
    if (!interval || waiters_.draining()) return;
    manager_.alive();
    watchdog_.expires_after(*interval);
    watchdog_.async_wait([this](const boost::system::error_code& error) {
      if (!error) keep_watchdog_quiet();
    });
  }

  void keep_house() {
    if (waiters_.draining()) return;
    housekeeping_.expires_after(kHousekeeping);
    housekeeping_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      housekeeper_.take_step();
      keep_house();
    });
  }

  /// The loop ends by itself once nothing is left to do.
  void drain(const std::string& why) {
    log(LogLevel::notice, "ending", why + "; parked polls are answered");
    manager_.stopping();
    housekeeping_.cancel();
    watchdog_.cancel();
    reload_signals_.cancel();
    waiters_.drain();
    drain_limit_.expires_after(kDrain);
    drain_limit_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      listener_.close_all();
      admin_.close_all();
    });
    admin_.drain();
    listener_.drain([this] { drain_limit_.cancel(); });
  }

  asio::io_context loop_{1};
  ServerConfig config_;
  ServiceManager manager_;
  Metrics metrics_;
  Waiters waiters_;
  Hasher hasher_;
  const std::string run_ = random_uuid();  ///< tells a server from the one before it
  const Millis started_ = wall_clock();
  std::string keep_database_as_;
  std::uint16_t port_ = 0;
  admin::InUse in_use_;
  crypto::SealingKey key_;
  std::unique_ptr<Store> engine_;
  MeasuredStore store_;
  Health health_;
  App app_;
  Housekeeper housekeeper_;
  push::Notifier notifier_;
  Listener listener_;
  admin::ServerOperations admin_operations_;
  admin::Socket admin_;
  std::string url_;
  asio::signal_set signals_;
  asio::signal_set reload_signals_;
  asio::steady_timer housekeeping_;
  asio::steady_timer watchdog_;
  asio::steady_timer drain_limit_;
};

}  // namespace

void serve(const ServerConfig& config) {
  set_log_format(config.log_format);
  ServerConfig again = config;
  for (;;) {
    std::string keep_as;
    {
      Server server(again);
      again.listen.port = server.port();
      keep_as = server.run();
    }
    if (keep_as.empty()) return;
    replace_database(again.database, keep_as);
  }
}

}  // namespace toopher::server
