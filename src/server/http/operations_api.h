// SPDX-License-Identifier: Apache-2.0
// What monitoring asks: /healthz and /metrics. Without signatures, and without anything about people.
#ifndef TOOPHER_SERVER_HTTP_OPERATIONS_API_H
#define TOOPHER_SERVER_HTTP_OPERATIONS_API_H

#include <boost/asio/awaitable.hpp>
#include <string_view>

#include "server/http/health.h"
#include "server/http/message.h"
#include "server/http/network.h"
#include "server/metrics.h"

namespace toopher::server {

inline constexpr std::string_view kHealthPath = "/healthz";
inline constexpr std::string_view kMetricsPath = "/metrics";

/// 200 when the database answers; else, or when the server ends, 503 with the reason.
boost::asio::awaitable<Response> health_call(Health& health, bool draining);

/// The metrics, for clients on this host that ask for themselves and for those in `allowed`; for others there is nothing.
[[nodiscard]] Response metrics_call(const Request& request, const Networks& allowed, const Metrics& metrics,
                                    const Gauges& gauges);

}  // namespace toopher::server

#endif
