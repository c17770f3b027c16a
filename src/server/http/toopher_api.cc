// SPDX-License-Identifier: Apache-2.0
#include "server/http/toopher_api.h"

#include <array>
#include <limits>

#include "api/reason.h"
#include "base/text.h"
#include "server/http/present.h"
#include "server/service/authenticate.h"
#include "server/service/pairings.h"
#include "server/service/recovery.h"
#include "server/service/requests.h"
#include "server/service/rules.h"
#include "server/service/users.h"

namespace toopher::server {

namespace {

/// The call's parameters. An empty value means an absent one: many client libraries send those.
class Arguments {
 public:
  explicit Arguments(const oauth::Parameters& parameters) : parameters_(parameters) {}
  [[nodiscard]] std::string text(std::string_view name, std::string_view other_name = {}) const {
    for (const std::string_view wanted : {name, other_name}) {
      for (const auto& parameter : parameters_) {
        if (parameter.name == wanted && !parameter.value.empty()) return parameter.value;
      }
    }
    return {};
  }
  /// true, True, false, False and the like; throws Refused (400) for anything else.
  [[nodiscard]] std::optional<bool> flag(std::string_view name) const {
    const std::string value = to_lower_ascii(text(name));
    if (value.empty()) return std::nullopt;
    if (value == "true" || value == "1") return true;
    if (value == "false" || value == "0") return false;
    refuse(400, std::string(name) + " must be true or false.");
  }
  [[nodiscard]] int number(std::string_view name) const {
    const std::string value = text(name);
    if (value.empty()) return 0;
    const auto parsed = parse_decimal(value, std::numeric_limits<int>::max());
    if (!parsed || *parsed == 0) refuse(400, std::string(name) + " must be a number.");
    return static_cast<int>(*parsed);
  }

 private:
  const oauth::Parameters& parameters_;
};

/// One verified call.
struct Call {
  Context& context;
  const Caller& caller;
  Arguments arguments;
  const std::string& id;  ///< what stands for `*` in the route
};

Answer ok(const api::Json& body) {
  return {200, api::dump(body.get()), true, 0};
}

Answer answer_with(Call& call, const Pairing& pairing) {
  Answer answer = ok(api::to_json(present(call.context, pairing)));
  answer.settled = pairing.state != PairingState::pending;
  answer.changes_at = pairing.expires;
  return answer;
}

Answer answer_with(Call& call, const AuthenticationRequest& request, bool with_number = false) {
  Answer answer = ok(api::to_json(present(call.context, request, with_number)));
  answer.settled = request.state != RequestState::pending;
  answer.changes_at = request.expires;
  return answer;
}

Answer create_pairing_call(Call& call) {
  const std::string phrase = call.arguments.text("pairing_phrase", "pairing_token");
  return answer_with(call, create_pairing(call.context, call.caller, phrase, call.arguments.text("user_name"),
                                          call.arguments.text("authorization")));
}

Answer read_pairing_call(Call& call) {
  return answer_with(call, read_pairing(call.context, call.caller, call.id));
}

Answer change_pairing_call(Call& call) {
  if (!call.arguments.flag("deactivated").value_or(false)) refuse(400, "deactivated must be true.");
  return answer_with(call, deactivate_pairing(call.context, call.caller, call.id));
}

Initiate initiate_parameters(const Arguments& arguments) {
  Initiate initiate;
  initiate.pairing_id = arguments.text("pairing_id");
  initiate.user_name = arguments.text("user_name");
  initiate.terminal_id = arguments.text("terminal_id");
  initiate.terminal_name = arguments.text("terminal_name");
  initiate.terminal_extra = arguments.text("requester_specified_terminal_id", "terminal_name_extra");
  initiate.action_name = arguments.text("action_name", "action");
  initiate.metadata = arguments.text("requester_metadata");
  initiate.supersedes = arguments.text("supersedes");
  initiate.client_request_id = arguments.text("client_request_id");
  initiate.otp = Secret(arguments.text("otp"));
  initiate.automation_allowed = arguments.flag("automation_allowed").value_or(true);
  initiate.number_matching = arguments.flag("number_matching").value_or(false);
  initiate.ttl_seconds = arguments.number("ttl");
  // RADIUS checks a code with an identifier that no terminal has, and that must not fail for it.
  if (!initiate.otp.empty() && initiate.terminal_name.empty()) initiate.terminal_extra.clear();
  return initiate;
}

Answer initiate_call(Call& call) {
  return answer_with(call, initiate(call.context, call.caller, initiate_parameters(call.arguments)), true);
}

Answer read_request_call(Call& call) {
  return answer_with(call, read_request(call.context, call.caller, call.id));
}

Answer code_call(Call& call) {
  const Secret code(call.arguments.text("otp"));
  return answer_with(call, submit_code(call.context, call.caller, call.id, code.view()));
}

Answer cancel_call(Call& call) {
  return answer_with(call, cancel_request(call.context, call.caller, call.id));
}

Answer users_call(Call& call) {
  const auto user = user_named(call.context, call.caller, call.arguments.text("name", "user_name"));
  const api::Json list(json_array());
  if (user) json_array_append_new(list.get(), api::to_json(present(call.context, *user)).release());
  return ok(list);
}

Answer change_user_call(Call& call) {
  auto enabled = call.arguments.flag("toopher_authentication_enabled");
  if (const auto disabled = call.arguments.flag("disable_toopher_auth"); !enabled && disabled)
    enabled = !*disabled;
  if (!enabled) refuse(400, "toopher_authentication_enabled is missing.");
  const User user = set_user_enabled(call.context, call.caller, call.id, *enabled);
  return ok(api::to_json(present(call.context, user)));
}

Answer reset_user_call(Call& call) {
  reset_user(call.context, call.caller, call.arguments.text("user_name", "name"));
  return {200, "{}", true, 0};
}

Answer recovery_codes_call(Call& call) {
  const bool create = call.arguments.flag("create_user_if_needed").value_or(false);
  const auto codes = make_recovery_codes(
      call.context, call.caller,
      {call.arguments.text("user_name", "name"), create, call.arguments.text("authorization")});
  api::Json list(json_array());
  for (const Secret& code : codes) json_array_append_new(list.get(), api::json_text(code.view()).release());
  const api::Json answer(json_object());
  api::set_member(answer, "otp_list", std::move(list));
  return ok(answer);
}

struct Route {
  std::string_view method;
  std::string_view path;  ///< below /v1/; `*` stands for one id
  Answer (*call)(Call&);
};

// The first that fits: names come before ids.
constexpr std::array kRoutes = {
    Route{"POST", "pairings/create", create_pairing_call},
    Route{"GET", "pairings/*", read_pairing_call},
    Route{"POST", "pairings/*", change_pairing_call},
    Route{"POST", "authentication_requests/initiate", initiate_call},
    Route{"GET", "authentication_requests/*", read_request_call},
    Route{"POST", "authentication_requests/*", code_call},
    Route{"POST", "authentication_requests/*/otp_auth", code_call},
    Route{"POST", "authentication_requests/*/cancel", cancel_call},
    Route{"GET", "users", users_call},
    Route{"POST", "users/reset", reset_user_call},
    Route{"POST", "users/activate_next_otp_list", recovery_codes_call},
    Route{"POST", "users/*", change_user_call},
};

/// Whether `path` has the form of `pattern`; then `id` is what stood for `*`.
bool fits(std::string_view path, std::string_view pattern, std::string& id) {
  const auto parts = split(path, '/');
  const auto wanted = split(pattern, '/');
  if (parts.size() != wanted.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (wanted[i] == "*") {
      id = parts[i];
    } else if (parts[i] != wanted[i]) {
      return false;
    }
  }
  return true;
}

struct Target {
  const Route* route = nullptr;
  std::string id;
};

Target target_of(const Request& request) {
  const std::string_view path = request.path().substr(kToopherApiPath.size());
  Target target;
  for (const Route& route : kRoutes) {
    if (route.method == request.method && fits(path, route.path, target.id)) {
      target.route = &route;
      return target;
    }
  }
  return target;
}

bool is_form(const Request& request) {
  constexpr std::string_view kForm = "application/x-www-form-urlencoded";
  const std::string type = to_lower_ascii(request.content_type);
  return trim(std::string_view(type).substr(0, type.find(';'))) == kForm;
}

RequesterCall authenticate(Context& context, const Request& request) {
  const std::string scheme = context.origin.substr(0, context.origin.find(':'));
  const std::string url = scheme + "://" + request.host + std::string(request.path());
  return authenticate_requester(context,
                                {request.method, url, request.query(), request.authorization,
                                 is_form(request) ? std::string_view(request.body) : std::string_view()});
}

Answer answer_call(Context& context, const Target& target, const RequesterCall& verified) {
  if (target.route == nullptr) refuse(404, "There is no such call.");
  Call call{context, verified.caller, Arguments(verified.parameters), target.id};
  return target.route->call(call);
}

}  // namespace

boost::asio::awaitable<Response> toopher_api(App& app, const Request& request, Peer& peer) {
  const Target target = target_of(request);
  RequesterCall verified;
  const Work first = [&](Context& context) {
    verified = authenticate(context, request);
    return answer_call(context, target, verified);
  };
  const Work again = [&](Context& context) { return answer_call(context, target, verified); };
  const bool may_wait = request.method == "GET" && !target.id.empty();
  const auto wait = may_wait ? wait_parameter(request.query()) : std::chrono::seconds(0);
  Answer answer;
  if (wait.count() > 0) {
    answer = co_await run_and_wait(app, peer, target.id, wait, first, again);
  } else {
    answer = co_await run(app, first);
  }
  Response response = to_response(std::move(answer));
  response.headers.emplace_back("Toopher-Features",
                                "wait cancel ttl supersedes client_request_id number_matching authorization");
  co_return response;
}

}  // namespace toopher::server
