// SPDX-License-Identifier: Apache-2.0
// What the server counts for /metrics. Counting takes no lock; no name of a person or a host is kept.
#ifndef TOOPHER_SERVER_METRICS_H
#define TOOPHER_SERVER_METRICS_H

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/push/outcome.h"

namespace toopher::server {

class Counter {
 public:
  void add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// How often a value was at most each of some bounds, which ascend.
class Histogram {
 public:
  explicit Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}
  void observe(double value);
  [[nodiscard]] const std::vector<double>& bounds() const { return bounds_; }
  /// Of the values up to bound number i; behind the last one: of all.
  [[nodiscard]] std::uint64_t up_to(std::size_t i) const;
  [[nodiscard]] double sum() const;
  /// 0 before the first value.
  [[nodiscard]] double mean() const;

 private:
  std::vector<double> bounds_;
  std::vector<Counter> counts_;
  Counter millionths_;
};

/// Calls that are counted together.
enum class Route { toopher, authenticator, health, metrics, other };
inline constexpr std::size_t kRoutes = 5;

/// What is so at the moment, told by those who know.
struct Gauges {
  std::size_t connections = 0;
  std::size_t idle_connections = 0;
  std::size_t parked = 0;
};

class Metrics {
 public:
  Metrics();

  void answered(Route route, int status);
  /// A line of the audit log, after its commit: pushes, ends of requests, codes.
  void audited(std::string_view line);
  void group_committed(std::size_t operations) { batches_.observe(static_cast<double>(operations)); }
  void operation_queued() { queued_.add(); }
  void operation_done(std::chrono::steady_clock::duration time);
  /// Operations that are not committed yet.
  [[nodiscard]] std::uint64_t waiting_operations() const;
  /// Operations that shared a commit, on average since the start.
  [[nodiscard]] double operations_per_commit() const { return batches_.mean(); }
  void store_failed() { store_errors_.add(); }
  /// Clients without a place: 429 or 503.
  void turned_away(int status) { (status == 429 ? crowded_address_ : full_).add(); }
  void cut_for_room() { cut_.add(); }
  /// A message to a person ended so, that long after what it tells.
  void notified(push::Way way, push::Outcome outcome, std::chrono::steady_clock::duration time);
  void handshake_failed() { handshakes_failed_.add(); }

  /// All of it in Prometheus's text format 0.0.4.
  [[nodiscard]] std::string text(const Gauges& gauges) const;

 private:
  static constexpr std::size_t kStatuses = 500;  // 100 to 599
  static constexpr std::size_t kStates = 4;
  static constexpr std::size_t kFactors = 4;
  static constexpr std::size_t kReasons = 12;

  std::chrono::system_clock::time_point started_;
  std::array<std::array<Counter, kStatuses>, kRoutes> answers_;
  Counter pushes_;
  std::array<std::array<std::array<Counter, kReasons>, kFactors>, kStates> ended_;
  std::array<Counter, kReasons> wrong_codes_;
  Counter valid_codes_;
  Histogram batches_;
  Histogram operation_times_;
  Counter queued_;
  Counter done_;
  Counter store_errors_;
  Counter crowded_address_;
  Counter full_;
  Counter cut_;
  Counter handshakes_failed_;
  std::array<std::array<Counter, push::kOutcomes>, push::kWays> notifications_;
  Histogram notification_times_;
};

}  // namespace toopher::server

#endif
