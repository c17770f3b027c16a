// SPDX-License-Identifier: Apache-2.0
#include "server/http/present.h"

#include <utility>

#include "device/enrolment.h"

namespace toopher::server {

namespace {

api::User user_of(Context& context, const std::string& id) {
  const auto user = context.store.user_by_id(id);
  if (!user) throw StoreError("database: a row without its user");
  return present(context, *user);
}

std::optional<api::Authenticator> authenticator_of(Context& context, const Pairing& pairing) {
  if (pairing.device_id.empty()) return std::nullopt;
  const auto device = context.store.device_by_id(pairing.device_id);
  if (!device) throw StoreError("database: a pairing without its device");
  return api::Authenticator{device->id, device->name,
                            device::key_fingerprint(device->signing_key, device->agreement_key),
                            device->created / kSecond};
}

}  // namespace

api::User present(Context& context, const User& user) {
  return {user.id,
          user.name,
          user.enabled,
          context.store.recovery_codes_left(user.id),
          user.created / kSecond,
          user.modified / kSecond};
}

api::Pairing present(Context& context, const Pairing& pairing) {
  api::Pairing shown;
  shown.id = pairing.id;
  shown.enabled = pairing.state == PairingState::enabled;
  shown.pending = pairing.state == PairingState::pending;
  shown.deactivated = pairing.state == PairingState::deactivated;
  shown.user = user_of(context, pairing.user_id);
  if (pairing.state == PairingState::denied) shown.reason = "Denied on the phone.";
  if (pairing.state == PairingState::expired) shown.reason = "Nobody answered in time.";
  shown.authenticator = authenticator_of(context, pairing);
  shown.created = pairing.created / kSecond;
  shown.modified = pairing.modified / kSecond;
  return shown;
}

api::UserTerminal present(Context& context, const Terminal& terminal) {
  const std::int64_t created = terminal.created / kSecond;
  return {terminal.id, terminal.name, terminal.extra, user_of(context, terminal.user_id), created, created};
}

api::OathOtpValidator present(const Validator& validator) {
  return {validator.id,
          validator.requester_specified_id,
          validator.event_based,
          validator.digits,
          validator.algorithm,
          validator.step_seconds,
          validator.event_based ? validator.next_counter : 0,
          validator.created / kSecond,
          validator.modified / kSecond};
}

api::AuthenticationRequest present(Context& context, AuthenticationRequest request, bool with_number) {
  api::AuthenticationRequest shown;
  shown.id = std::move(request.id);
  shown.pending = request.state == RequestState::pending;
  shown.granted = request.state == RequestState::granted;
  shown.cancelled = request.state == RequestState::cancelled;
  shown.automated = !request.rule_id.empty();
  shown.totp_valid = request.totp_valid;
  shown.automation_allowed = request.automation_allowed;
  shown.reason_code = request.reason_code;
  shown.reason = std::move(request.reason);
  shown.user = user_of(context, request.user_id);
  shown.created = request.created / kSecond;
  shown.modified = request.modified / kSecond;
  const std::int64_t terminal_created = request.terminal.created / kSecond;
  shown.terminal = {std::move(request.terminal.id),
                    std::move(request.terminal.name),
                    std::move(request.terminal.extra),
                    shown.user,
                    terminal_created,
                    terminal_created};
  const std::int64_t action_created = request.action.created / kSecond;
  shown.action = {std::move(request.action.id), std::move(request.action.name), action_created,
                  action_created};
  shown.pairing_id = std::move(request.pairing_id);
  if (with_number) shown.number = std::move(request.number);
  return shown;
}

}  // namespace toopher::server
