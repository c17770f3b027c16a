// SPDX-License-Identifier: Apache-2.0
#include "server/metrics.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "api/reason.h"
#include "base/text.h"
#include "config.h"
#include "server/exposition.h"

namespace toopher::server {

namespace {

constexpr double kMillion = 1e6;

constexpr std::array<const char*, kRoutes> kRouteNames = {"toopher", "authenticator", "healthz", "metrics",
                                                          "other"};
constexpr std::array kStateNames = {"granted", "denied", "expired", "cancelled"};
constexpr std::array kFactorNames = {"push", "code", "rule", "other"};

constexpr std::array<const char*, push::kWays> kWayNames = {"webpush", "ntfy"};
constexpr std::array<const char*, push::kOutcomes> kOutcomeNames = {"accepted", "gone",      "refused",
                                                                    "late",     "withdrawn", "dropped"};

struct Reason {
  int code;
  const char* name;
};
// The last one stands for all others.
constexpr std::array kReasonNames = {Reason{api::reason::kNone, "none"},
                                     Reason{api::reason::kOtpRequired, "code_required"},
                                     Reason{api::reason::kDenied, "refused"},
                                     Reason{api::reason::kNotMe, "not_me"},
                                     Reason{api::reason::kWrongNumber, "wrong_number"},
                                     Reason{api::reason::kExpired, "expired"},
                                     Reason{api::reason::kCancelled, "withdrawn"},
                                     Reason{api::reason::kInvalidCode, "wrong_code"},
                                     Reason{api::reason::kCodeAlreadyUsed, "code_used_before"},
                                     Reason{api::reason::kCodesLocked, "codes_locked"},
                                     Reason{api::reason::kSupersededDenied, "superseded_denied"},
                                     Reason{-1, "other"}};

/// The place of `name` in a list whose last entry stands for all others.
template <typename Names>
std::size_t place_of(const Names& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? names.size() - 1 : static_cast<std::size_t>(found - names.begin());
}

std::size_t place_of_reason(std::string_view code) {
  const auto number = parse_decimal(code.empty() ? "0" : code, 1'000'000);
  const auto found = std::find_if(kReasonNames.begin(), kReasonNames.end(), [&number](const Reason& reason) {
    return number && std::cmp_equal(reason.code, *number);
  });
  return found == kReasonNames.end() ? kReasonNames.size() - 1
                                     : static_cast<std::size_t>(found - kReasonNames.begin());
}

/// A member of an audit line, without reading all of it as JSON: within a value every quotation mark is escaped.
std::string_view member(std::string_view line, std::string_view name) {
  const std::string begin = ",\"" + std::string(name) + "\":\"";
  const auto at = line.find(begin);
  if (at == std::string_view::npos) return {};
  const std::string_view value = line.substr(at + begin.size());
  return value.substr(0, value.find('"'));
}

}  // namespace

void Histogram::observe(double value) {
  const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
  counts_[static_cast<std::size_t>(bound - bounds_.begin())].add();
  millionths_.add(static_cast<std::uint64_t>(std::llround(value * kMillion)));
}

std::uint64_t Histogram::up_to(std::size_t i) const {
  std::uint64_t sum = 0;
  for (std::size_t k = 0; k <= i; ++k) sum += counts_[k].value();
  return sum;
}

double Histogram::sum() const {
  return static_cast<double>(millionths_.value()) / kMillion;
}

double Histogram::mean() const {
  const std::uint64_t all = up_to(bounds_.size());
  return all == 0 ? 0 : sum() / static_cast<double>(all);
}

std::uint64_t Metrics::waiting_operations() const {
  const std::uint64_t done = done_.value();  // before what was queued, so that it is not more
  return queued_.value() - done;
}

Metrics::Metrics()
    : started_(std::chrono::system_clock::now()),
      batches_({1, 2, 4, 8, 16, 32, 64, 128}),
      operation_times_({0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5}),
      notification_times_({0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30}) {}

void Metrics::answered(Route route, int status) {
  const auto place = static_cast<std::size_t>(std::clamp(status, 100, 599) - 100);
  answers_.at(static_cast<std::size_t>(route)).at(place).add();
}

void Metrics::operation_done(std::chrono::steady_clock::duration time) {
  done_.add();
  operation_times_.observe(std::chrono::duration<double>(time).count());
}

void Metrics::notified(push::Way way, push::Outcome outcome, std::chrono::steady_clock::duration time) {
  notifications_.at(static_cast<std::size_t>(way)).at(static_cast<std::size_t>(outcome)).add();
  if (outcome == push::Outcome::accepted)
    notification_times_.observe(std::chrono::duration<double>(time).count());
}

void Metrics::audited(std::string_view line) {
  const std::string_view event = member(line, "event");
  if (event == "push sent") pushes_.add();
  const bool wrong = event == "wrong code";
  if (!wrong && !event.starts_with("request ")) return;
  const std::size_t factor = place_of(kFactorNames, member(line, "factor"));
  const std::size_t reason = place_of_reason(member(line, "reason_code"));
  const bool code = std::string_view(kFactorNames.at(factor)) == "code";
  if (wrong) {
    wrong_codes_.at(reason).add();
    return;
  }
  const std::string_view name = event.substr(event.find(' ') + 1);
  const auto state = std::find(kStateNames.begin(), kStateNames.end(), name);
  if (state == kStateNames.end()) return;
  ended_.at(static_cast<std::size_t>(state - kStateNames.begin())).at(factor).at(reason).add();
  if (code && name == "granted") valid_codes_.add();
  if (code && name == "denied") wrong_codes_.at(reason).add();
}

std::string Metrics::text(const Gauges& gauges) const {
  Exposition out;
  out.info("toopherd_build_info", "The version that runs.", {{"version", PACKAGE_VERSION}});
  out.gauge("toopherd_start_time_seconds", "When the server started, in seconds since 1970.",
            std::chrono::duration<double>(started_.time_since_epoch()).count());
  out.gauge("toopherd_uptime_seconds", "For how long it has run.",
            std::chrono::duration<double>(std::chrono::system_clock::now() - started_).count());
  out.family("toopherd_http_requests_total", "counter",
             "Answers to HTTP requests, by kind of call and status.");
  for (std::size_t route = 0; route < kRoutes; ++route) {
    for (std::size_t status = 0; status < kStatuses; ++status) {
      if (const auto count = answers_.at(route).at(status).value(); count != 0)
        out.sample("toopherd_http_requests_total",
                   {{"route", kRouteNames.at(route)}, {"status", std::to_string(status + 100)}}, count);
    }
  }
  out.counter("toopherd_pushes_total", "Phones asked for a decision.", pushes_);
  out.family("toopherd_requests_ended_total", "counter", "Authentication requests that became final.");
  for (std::size_t state = 0; state < kStates; ++state) {
    for (std::size_t factor = 0; factor < kFactors; ++factor) {
      for (std::size_t reason = 0; reason < kReasons; ++reason) {
        if (const auto count = ended_.at(state).at(factor).at(reason).value(); count != 0)
          out.sample("toopherd_requests_ended_total",
                     {{"state", kStateNames.at(state)},
                      {"factor", kFactorNames.at(factor)},
                      {"reason", kReasonNames.at(reason).name}},
                     count);
      }
    }
  }
  out.family("toopherd_code_verifications_total", "counter",
             "Codes that were typed, by what they turned out to be.");
  out.sample("toopherd_code_verifications_total", {{"result", "valid"}}, valid_codes_.value());
  for (std::size_t reason = 0; reason < kReasons; ++reason) {
    if (const auto count = wrong_codes_.at(reason).value(); count != 0)
      out.sample("toopherd_code_verifications_total", {{"result", kReasonNames.at(reason).name}}, count);
  }
  out.family("toopherd_notifications_total", "counter",
             "Messages to people's phones, by way and by what became of them.");
  for (std::size_t way = 0; way < push::kWays; ++way) {
    for (std::size_t outcome = 0; outcome < push::kOutcomes; ++outcome) {
      if (const auto count = notifications_.at(way).at(outcome).value(); count != 0)
        out.sample("toopherd_notifications_total",
                   {{"way", kWayNames.at(way)}, {"outcome", kOutcomeNames.at(outcome)}}, count);
    }
  }
  out.histogram("toopherd_notification_seconds",
                "From the commit of what a message tells to the push service's taking it.",
                notification_times_);
  out.gauge("toopherd_connections", "Open connections.", static_cast<double>(gauges.connections));
  out.gauge("toopherd_idle_connections", "Open connections between two requests.",
            static_cast<double>(gauges.idle_connections));
  out.gauge("toopherd_parked_polls", "Calls that wait for a phone or a decision.",
            static_cast<double>(gauges.parked));
  out.family("toopherd_connections_refused_total", "counter", "Connections there was no room for.");
  out.sample("toopherd_connections_refused_total", {{"reason", "address"}}, crowded_address_.value());
  out.sample("toopherd_connections_refused_total", {{"reason", "full"}}, full_.value());
  out.counter("toopherd_connections_cut_total", "Idle connections closed to make room.", cut_);
  out.counter("toopherd_tls_handshakes_failed_total", "TLS handshakes that failed or took too long.",
              handshakes_failed_);
  out.gauge("toopherd_store_queue", "Operations on the database that are not committed yet.",
            static_cast<double>(waiting_operations()));
  out.histogram("toopherd_store_batch_operations", "Operations that one commit made durable.", batches_);
  out.histogram("toopherd_store_operation_seconds",
                "From queueing an operation on the database to its commit.", operation_times_);
  out.counter("toopherd_store_errors_total", "Operations that failed because the database did.",
              store_errors_);
  return out.text();
}

}  // namespace toopher::server
