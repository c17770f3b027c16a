// SPDX-License-Identifier: Apache-2.0
#include "server/http/toopher_api.h"

#include "base/text.h"
#include "server/http/reset_page.h"
#include "server/http/routes.h"
#include "server/service/authenticate.h"

namespace toopher::server {

namespace {

Target target_of(const Request& request) {
  return find_route(request.method, request.path().substr(kToopherApiPath.size()));
}

std::string reset_page_of(const Request& request) {
  return pairing_of_reset_page(request.path().substr(kToopherApiPath.size()));
}

bool is_form(const Request& request) {
  constexpr std::string_view kForm = "application/x-www-form-urlencoded";
  const std::string_view type = request.content_type;
  return is_ignoring_case(trim(type.substr(0, type.find(';'))), kForm);
}

RequesterCall authenticate(Context& context, const Request& request) {
  constexpr std::string_view kAfterScheme = "://";
  const std::string_view scheme = std::string_view(context.origin).substr(0, context.origin.find(':'));
  std::string url;
  url.reserve(scheme.size() + kAfterScheme.size() + request.host.size() + request.path().size());
  url.append(scheme).append(kAfterScheme).append(request.host).append(request.path());
  return authenticate_requester(context,
                                {request.method, url, request.query(), request.authorization,
                                 is_form(request) ? std::string_view(request.body) : std::string_view()});
}

Answer answer_verified(Context& context, const Target& target, const RequesterCall& verified,
                       const Gateways& gateways) {
  if (target.route == nullptr) refuse(404, "There is no such call.");
  require_access(verified.caller, target.route->needs);
  ApiCall call{context, verified.caller, Arguments(verified.parameters), target.id, gateways};
  return target.route->answer(call);
}

}  // namespace

Answer answer_toopher_call(Context& context, const Request& request, const Gateways& gateways) {
  try {
    if (const auto id = reset_page_of(request); !id.empty()) return answer_reset_page(context, request, id);
    return answer_verified(context, target_of(request), authenticate(context, request), gateways);
  } catch (const Refused& refused) {
    return to_answer(refused.error());
  }
}

boost::asio::awaitable<Response> toopher_api(App& app, const Request& request, Peer& peer) {
  if (const auto id = reset_page_of(request); !id.empty()) {
    const Work page = [&](Context& context) { return answer_reset_page(context, request, id); };
    Answer shown = co_await run(app, page);
    co_return to_response(std::move(shown));
  }
  const Target target = target_of(request);
  RequesterCall verified;
  const Work first = [&](Context& context) {
    verified = authenticate(context, request);
    return answer_verified(context, target, verified, app.gateways);
  };
  const Work again = [&](Context& context) {
    return answer_verified(context, target, verified, app.gateways);
  };
  const bool may_wait = request.method == "GET" && !target.id.empty();
  const auto wait = may_wait ? wait_parameter(request.query()) : std::chrono::seconds(0);
  Answer answer;
  if (wait.count() > 0) {
    answer = co_await run_and_wait(app, peer, target.id, wait, first, again);
  } else {
    answer = co_await run(app, first);
  }
  answer = co_await app.errands->finish(std::move(answer));
  Response response = to_response(std::move(answer));
  response.headers.emplace_back(
      "Toopher-Features",
      "wait cancel ttl supersedes client_request_id number_matching authorization enrolment_link");
  co_return response;
}

}  // namespace toopher::server
