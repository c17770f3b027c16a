// SPDX-License-Identifier: Apache-2.0
// Prometheus's text exposition format, version 0.0.4.
#ifndef TOOPHER_SERVER_EXPOSITION_H
#define TOOPHER_SERVER_EXPOSITION_H

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "server/metrics.h"

namespace toopher::server {

inline constexpr const char* kExpositionType = "text/plain; version=0.0.4; charset=utf-8";

class Exposition {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  /// Heads the samples of one name. `type`: counter, gauge, histogram.
  void family(std::string_view name, std::string_view type, std::string_view help);
  void sample(std::string_view name, Labels labels, std::uint64_t value);
  void counter(std::string_view name, std::string_view help, const Counter& counter);
  void gauge(std::string_view name, std::string_view help, double value);
  /// A gauge that is always 1; its labels say something.
  void info(std::string_view name, std::string_view help, Labels labels);
  void histogram(std::string_view name, std::string_view help, const Histogram& histogram);
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void line(std::string_view name, Labels labels, std::string_view value);
  std::string text_;
};

}  // namespace toopher::server

#endif
