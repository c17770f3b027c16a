// SPDX-License-Identifier: Apache-2.0
#include "server/http/operations_api.h"

#include "api/json.h"
#include "server/exposition.h"

namespace toopher::server {

namespace {

Response unhealthy(std::string_view status, std::string_view reason) {
  const api::Json body(json_object());
  api::set_member(body, "status", api::json_text(status));
  api::set_member(body, "reason", api::json_text(reason));
  return {503, api::dump(body.get()), {{"Retry-After", "5"}}};
}

/// A balancer on this host asks for somebody else, and says so.
bool may_read(const Request& request, const Networks& allowed) {
  const auto client = parse_address(request.address);
  if (!client) return false;
  return (client->is_loopback() && request.forwarded_for.empty()) || allowed.contains(*client);
}

}  // namespace

boost::asio::awaitable<Response> health_call(Health& health, bool draining) {
  if (draining) co_return unhealthy("ending", "the server is ending");
  const std::string failure = co_await health.check();
  if (!failure.empty()) co_return unhealthy("failing", failure);
  co_return Response{200, R"({"status":"ok"})", {}};
}

Response metrics_call(const Request& request, const Networks& allowed, const Metrics& metrics,
                      const Gauges& gauges) {
  if (!may_read(request, allowed)) return error_response({404, 404, "There is nothing here."});
  return {200, metrics.text(gauges), {}, kExpositionType};
}

}  // namespace toopher::server
