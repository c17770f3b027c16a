// SPDX-License-Identifier: Apache-2.0
#include "server/http/authenticator_api.h"

#include <memory>
#include <new>

#include "api/json.h"
#include "api/objects.h"
#include "base/random.h"
#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "oauth/parameters.h"
#include "server/http/present.h"
#include "server/service/authenticate.h"
#include "server/service/automation.h"
#include "server/service/code_apps.h"
#include "server/service/devices.h"
#include "server/service/enrolment.h"
#include "server/service/pairings.h"
#include "server/service/push.h"
#include "server/service/requests.h"
#include "server/service/rules.h"
#include "server/service/verification.h"

namespace toopher::server {

namespace {

/// What is called, below kAuthenticatorApiPath.
std::string_view path_of(const Request& request) {
  return request.path().substr(kAuthenticatorApiPath.size());
}

void put(const api::Json& object, const char* name, json_t* value) {
  if (json_object_set_new(object.get(), name, value) != 0) throw std::bad_alloc();
}

void put(const api::Json& object, const char* name, std::string_view value) {
  put(object, name, api::json_text(value).release());
}

Answer ok(const api::Json& body) {
  return {200, api::dump(body.get()), true, 0};
}

Answer ok_without_words() {
  return {200, "{}", true, 0};
}

/// A list, and when it was true.
Answer listed(const Context& context, const char* name, api::Json list) {
  const api::Json answer(json_object());
  put(answer, name, list.release());
  put(answer, "server_time", json_integer(context.now / kSecond));
  return ok(answer);
}

std::string binary(const json_t* body, const char* name) {
  auto bytes = crypto::base64url_decode(api::required_string(body, name));
  if (!bytes) refuse(400, std::string(name) + " is not base64url.");
  return std::move(*bytes);
}

crypto::PublicKey point(const json_t* body, const char* name) {
  auto key = crypto::PublicKey::from_point(binary(body, name));
  if (!key) refuse(400, std::string(name) + " is not an uncompressed point on P-256.");
  return std::move(*key);
}

device::Choice choice_of(const json_t* body) {
  const auto choice = device::choice_from_text(api::required_string(body, "choice"));
  if (!choice) refuse(400, "choice must be allow, deny or not_me.");
  return *choice;
}

device::Call call_of(const Request& request) {
  return {request.method, request.target, request.body};
}

Answer register_call(Context& context, const Request& request) {
  const api::Json body = api::parse_object(request.body);
  const crypto::PublicKey signing_key = point(body.get(), "signing_key");
  const crypto::PublicKey agreement_key = point(body.get(), "agreement_key");
  authenticate_new_device(context, call_of(request), request.authorization, signing_key);
  const Device device = register_device(context, api::required_string(body.get(), "name"),
                                        api::required_string(body.get(), "platform"), signing_key,
                                        agreement_key, request.address);
  const api::Json answer(json_object());
  put(answer, "device_id", device.id);
  put(answer, "server_time", json_integer(context.now / kSecond));
  return ok(answer);
}

Answer phrase_call(Context& context, const Device& device) {
  const api::Json answer(json_object());
  put(answer, "phrase", new_phrase(context, device));
  put(answer, "expires_in", json_integer(rules::kPhraseLife / kSecond));
  return ok(answer);
}

Answer join_call(Context& context, const Device& device, const Request& request, const std::string& id) {
  const api::Json body = api::parse_object(request.body);
  const Joined joined = join_enrolment(context, device, id, binary(body.get(), "proof"));
  const api::Json answer(json_object());
  put(answer, "pairing_id", joined.pairing.id);
  put(answer, "server_key", crypto::base64url_encode(joined.pairing.server_point));
  put(answer, "proof", crypto::base64url_encode(joined.proof));
  return ok(answer);
}

/// The id of the credential by which the pairing's phone verifies the person, in base64url; empty: it has none.
std::string credential_of(Context& context, const std::string& pairing_id) {
  const auto credential = context.store.credential_of_pairing(pairing_id);
  return credential ? crypto::base64url_encode(credential->id) : std::string();
}

api::Json pairing_entry(Context& context, const Pairing& pairing) {
  api::Json entry(json_object());
  const auto requester = context.store.requester_by_id(pairing.requester_id);
  const api::Pairing shown = present(context, pairing);
  put(entry, "id", pairing.id);
  put(entry, "enabled", json_boolean(shown.enabled));
  put(entry, "deactivated", json_boolean(shown.deactivated));
  put(entry, "user", shown.user.name);
  put(entry, "requester", requester ? requester->name : "");
  put(entry, "credential", credential_of(context, pairing.id));
  return entry;
}

Answer pairings_call(Context& context, const Device& device) {
  api::Json list(json_array());
  for (const Pairing& pairing : allowed_pairings(context, device)) {
    api::append(list, pairing_entry(context, pairing));
  }
  const api::Json answer(json_object());
  put(answer, "pairings", list.release());
  return ok(answer);
}

bool is_asked_for(UserVerification policy) {
  return policy == UserVerification::required;
}

api::Json pending_entry(Context&, const PendingPairing& pending, UserVerification policy) {
  api::Json entry(json_object());
  put(entry, "id", pending.pairing.id);
  put(entry, "shown", pending.shown);
  put(entry, "server_key", crypto::base64url_encode(pending.pairing.server_point));
  put(entry, "expires", json_integer(pending.pairing.expires / kSecond));
  put(entry, "user_verification", json_boolean(is_asked_for(policy)));
  return entry;
}

api::Json pending_entry(Context& context, const PendingRequest& pending, UserVerification policy) {
  api::Json entry(json_object());
  put(entry, "id", pending.request.id);
  put(entry, "pairing_id", pending.pairing_id);
  put(entry, "shown", pending.shown);
  put(entry, "expires", json_integer(pending.request.expires / kSecond));
  put(entry, "number_digits", json_integer(static_cast<json_int_t>(pending.request.number.size())));
  put(entry, "remember_days_max", json_integer(pending.longest_rule));
  put(entry, "others_pending", json_integer(static_cast<json_int_t>(pending.others_pending)));
  put(entry, "user_verification", json_boolean(is_asked_for(policy)));
  if (is_asked_for(policy)) put(entry, "credential", credential_of(context, pending.pairing_id));
  return entry;
}

template <typename Entries>
api::Json list_of(Context& context, const Entries& entries, UserVerification policy) {
  api::Json list(json_array());
  for (const auto& entry : entries) api::append(list, pending_entry(context, entry, policy));
  return list;
}

/// The version is a digest of the list itself: equal lists are the same version, on every instance and after a restart.
Answer pending_call(Context& context, const Device& device, const std::string& since,
                    UserVerification policy) {
  constexpr std::size_t kVersionSize = 8;
  const PendingList pending = pending_for(context, device);
  const api::Json answer(json_object());
  put(answer, "pairings", list_of(context, pending.pairings, policy).release());
  put(answer, "requests", list_of(context, pending.requests, policy).release());
  const std::string version = hex_encode(crypto::sha256(api::dump(answer.get())).substr(0, kVersionSize));
  put(answer, "version", version);
  put(answer, "server_time", json_integer(context.now / kSecond));
  Answer result = ok(answer);
  result.settled = version != since;
  result.changes_at = pending.first_expiry();
  return result;
}

/// The credential for user verification that comes with an answer; nothing if none does.
std::optional<OfferedCredential> offered_in(const json_t* body) {
  if (json_object_get(body, "credential") == nullptr) return std::nullopt;
  const json_t* const given = api::required_object(body, "credential");
  return OfferedCredential{{binary(given, "authenticator_data"), binary(given, "client_data")},
                           binary(given, "signature")};
}

Answer decide_pairing_call(Context& context, const Device& device, const Request& request,
                           const std::string& id) {
  const api::Json body = api::parse_object(request.body);
  const device::Choice choice = choice_of(body.get());
  if (choice == device::Choice::not_me) refuse(400, "choice must be allow or deny.");
  return ok(pairing_entry(context, decide_pairing(context, device, id, choice,
                                                  binary(body.get(), "signature"), offered_in(body.get()))));
}

/// How the phone has verified the person; nothing if it says nothing of that.
std::optional<webauthn::Assertion> verification_in(const json_t* body) {
  if (json_object_get(body, "verification") == nullptr) return std::nullopt;
  const json_t* const given = api::required_object(body, "verification");
  return webauthn::Assertion{binary(given, "authenticator_data"), binary(given, "client_data"),
                             binary(given, "signature")};
}

Answered answered_in(const json_t* body) {
  const std::int64_t days = api::optional_integer(body, "remember_days", 0);
  if (days < 0 || days > rules::kMaxRuleDays) refuse(400, "remember_days must be between 0 and 365.");
  return {choice_of(body), api::optional_string(body, "number"), static_cast<int>(days),
          binary(body, "signature"), verification_in(body)};
}

Answer decide_request_call(Context& context, const Device& device, const Request& request,
                           const std::string& id, UserVerification policy) {
  const api::Json body = api::parse_object(request.body);
  const auto decided = decide_request(context, device, id, answered_in(body.get()), policy);
  const api::Json answer(json_object());
  put(answer, "id", decided.id);
  put(answer, "granted", json_boolean(decided.state == RequestState::granted));
  put(answer, "reason_code", json_integer(decided.reason_code));
  put(answer, "reason", decided.reason);
  return ok(answer);
}

std::string since_parameter(const Request& request) {
  const auto parameters = oauth::parse_form(request.query());
  const std::string* since = parameters ? oauth::find(*parameters, "since") : nullptr;
  return since != nullptr ? *since : std::string();
}

/// `/pairings/ID` and `/requests/ID/decision`: the id, or nothing if the path has another form.
std::string id_between(std::string_view path, std::string_view before, std::string_view after) {
  if (!path.starts_with(before) || !path.ends_with(after) || path.size() < before.size() + after.size())
    return {};
  const std::string_view id = path.substr(before.size(), path.size() - before.size() - after.size());
  return is_uuid(id) ? std::string(id) : std::string();
}

Answer rules_call(Context& context, const Device& device) {
  api::Json list(json_array());
  for (const AutomationRule& rule : rules_seen_by(context, device)) {
    const auto user = context.store.user_by_id(rule.user_id);
    const auto requester = context.store.requester_by_id(rule.requester_id);
    api::Json entry(json_object());
    put(entry, "id", rule.id);
    put(entry, "user", user ? user->name : "");
    put(entry, "requester", requester ? requester->name : "");
    put(entry, "terminal", rule.terminal_name);
    put(entry, "action", rule.action);
    put(entry, "pairing_id", rule.pairing_id);
    put(entry, "created", json_integer(rule.created / kSecond));
    put(entry, "expires", json_integer(rule.expires / kSecond));
    api::append(list, std::move(entry));
  }
  return listed(context, "rules", std::move(list));
}

Answer remove_rule_call(Context& context, const Device& device, const std::string& id) {
  remove_rule(context, device, id);
  return ok_without_words();
}

Answer set_up_code_app_call(Context& context, const Device& device, const Request& request,
                            const std::string& id, UserVerification policy) {
  const api::Json body = api::parse_object(request.body);
  const auto call = device::parse_call_authorization(request.authorization);
  if (!call) refuse(401, "This call needs an Authorization header.");
  const CodeApp app = set_up_code_app(context, device, id, *call, policy, verification_in(body.get()));
  const api::Json answer(json_object());
  put(answer, "link", app.link.view());
  return ok(answer);
}

Answer code_apps_call(Context& context, const Device& device, const std::string& pairing_id) {
  api::Json list(json_array());
  for (const PhonesCodeApp& app : code_apps_seen_by(context, device, pairing_id)) {
    const auto requester = context.store.requester_by_id(app.pairing.requester_id);
    const auto phone = context.store.device_by_id(app.pairing.device_id);
    api::Json entry(json_object());
    put(entry, "id", app.token.id);
    put(entry, "requester", requester ? requester->name : "");
    put(entry, "pairing_id", app.pairing.id);
    put(entry, "phone", phone ? phone->name : "");
    put(entry, "created", json_integer(app.token.created / kSecond));
    put(entry, "last_used", json_integer(last_used(app.token) / kSecond));
    api::append(list, std::move(entry));
  }
  return listed(context, "code_apps", std::move(list));
}

Answer remove_code_app_call(Context& context, const Device& device, const std::string& id) {
  remove_code_app(context, device, id);
  return ok_without_words();
}

Answer push_call(Context& context, const Device& device, const PushPolicy& policy) {
  const PushState state = context.store.push_state(device.id);
  const bool available = !policy.point.empty();
  const api::Json answer(json_object());
  put(answer, "available", json_boolean(available));
  put(answer, "application_server_key", crypto::base64url_encode(policy.point));
  put(answer, "subscribed", json_boolean(state.subscribed));
  put(answer, "last_delivered", json_integer(state.delivered / kSecond));
  put(answer, "problem", available ? state.problem : policy.problem);
  return ok(answer);
}

Answer subscribe_call(Context& context, const Device& device, const Request& request,
                      const PushPolicy& policy) {
  const api::Json body = api::parse_object(request.body);
  subscribe_to_push(context, device, policy, api::required_string(body.get(), "endpoint"),
                    binary(body.get(), "p256dh"), binary(body.get(), "auth"));
  return ok_without_words();
}

/// `push` and what is below it.
Answer push_calls(Context& context, const Device& device, const Request& request, const PushPolicy& policy) {
  const std::string_view path = path_of(request);
  const bool post = request.method == "POST";
  if (!post && path == "push") return push_call(context, device, policy);
  if (post && path == "push") return subscribe_call(context, device, request, policy);
  if (post && path == "push/remove") {
    unsubscribe_from_push(context, device);
  } else if (post && path == "push/test") {
    send_test_push(context, device, policy);
  } else {
    refuse(404, "There is no such call.");
  }
  return ok_without_words();
}

Answer device_call(Context& context, const Device& device, const Request& request,
                   const PhonePolicy& policy) {
  const std::string_view path = path_of(request);
  const bool post = request.method == "POST";
  if (!post && request.method != "GET") refuse(405, "Calls are GET or POST.");
  if (!post && path == "pending")
    return pending_call(context, device, since_parameter(request), policy.verification);
  if (!post && path == "pairings") return pairings_call(context, device);
  if (!post && path == "rules") return rules_call(context, device);
  if (path == "push" || path.starts_with("push/")) return push_calls(context, device, request, *policy.push);
  if (post && path == "phrases") return phrase_call(context, device);
  if (const auto id = id_between(path, "pairings/", ""); post && !id.empty()) {
    return decide_pairing_call(context, device, request, id);
  }
  if (const auto id = id_between(path, "enrolments/", ""); post && !id.empty()) {
    return join_call(context, device, request, id);
  }
  if (const auto id = id_between(path, "requests/", "/decision"); post && !id.empty()) {
    return decide_request_call(context, device, request, id, policy.verification);
  }
  if (const auto id = id_between(path, "rules/", "/remove"); post && !id.empty()) {
    return remove_rule_call(context, device, id);
  }
  if (const auto id = id_between(path, "pairings/", "/code_app"); post && !id.empty()) {
    return set_up_code_app_call(context, device, request, id, policy.verification);
  }
  if (const auto id = id_between(path, "pairings/", "/code_apps"); !post && !id.empty()) {
    return code_apps_call(context, device, id);
  }
  if (const auto id = id_between(path, "code_apps/", "/remove"); post && !id.empty()) {
    return remove_code_app_call(context, device, id);
  }
  refuse(404, "There is no such call.");
}

/// An error of this API; a 401 tells the server's time, so that a device with a wrong clock can say so.
Answer refused_answer(const Context& context, const api::ApiError& error) {
  if (error.http_status != 401) return to_answer(error);
  const api::Json body(json_object());
  put(body, "error_code", json_integer(error.code));
  put(body, "error_message", error.message);
  put(body, "server_time", json_integer(context.now / kSecond));
  return {401, api::dump(body.get()), true, 0};
}

template <typename Call>
Answer guarded(Context& context, Call call) {
  try {
    return call();
  } catch (const Refused& refused) {
    return refused_answer(context, refused.error());
  } catch (const api::JsonError& error) {
    return to_answer({400, 400, std::string("The body is not as it must be: ") + error.what()});
  }
}

/// `device`: whom the call is from, for a call that waits.
Answer first_answer(Context& context, const Request& request, const PhonePolicy& policy, Device& device) {
  return guarded(context, [&] {
    if (request.method == "POST" && path_of(request) == "devices") return register_call(context, request);
    device = authenticate_device(context, call_of(request), request.authorization);
    return device_call(context, device, request, policy);
  });
}

}  // namespace

Answer answer_authenticator_call(Context& context, const Request& request, const PhonePolicy& policy) {
  Device device;
  return first_answer(context, request, policy, device);
}

boost::asio::awaitable<Response> authenticator_api(App& app, const Request& request, Peer& peer) {
  Device device;
  const PhonePolicy policy{app.push, app.user_verification};
  const Work first = [&](Context& context) { return first_answer(context, request, policy, device); };
  const Work again = [&](Context& context) {
    return guarded(context, [&] { return device_call(context, device, request, policy); });
  };
  const auto claim = device::parse_call_authorization(request.authorization);
  const bool may_wait = request.method == "GET" && path_of(request) == "pending" && claim;
  const auto wait = may_wait ? wait_parameter(request.query()) : std::chrono::seconds(0);
  Answer answer;
  if (wait.count() > 0) {
    answer = co_await run_and_wait(app, peer, claim->device, wait, first, again);
  } else {
    answer = co_await run(app, first);
  }
  co_return to_response(std::move(answer));
}

}  // namespace toopher::server
