// SPDX-License-Identifier: Apache-2.0
#include "server/service/authenticate.h"

#include <cstdlib>

#include "base/text.h"
#include "crypto/hash.h"
#include "server/service/rules.h"

namespace toopher::server {

namespace {

bool is_fresh(std::int64_t timestamp, Millis now) {
  constexpr std::int64_t kWindow = rules::kClockWindow / kSecond;
  const std::int64_t seconds = now / kSecond;
  return timestamp >= seconds - kWindow && timestamp <= seconds + kWindow;
}

/// What a database can be asked for.
bool is_text(std::string_view value) {
  return is_valid_utf8(value) && value.find('\0') == std::string_view::npos;
}

/// A nonce must be remembered as long as its timestamp is fresh.
Millis end_of_freshness(std::int64_t timestamp) {
  return timestamp * kSecond + rules::kClockWindow + kSecond;
}

/// What is signed with the requester's secret, or with the one before that while it is still good.
oauth::Signed signed_by(Context& context, const Requester& requester, const oauth::SignedRequest& request,
                        const oauth::Claim& claim) {
  const auto found = oauth::check_signature(request, claim, context.store.requester_secret(requester.id));
  if (context.now >= requester.previous_secret_until) return found;
  const auto previous = context.store.previous_requester_secret(requester.id);
  if (!previous) return found;
  // Both are tried in any case: how long it takes tells nobody which of them is in use.
  const auto by_previous = oauth::check_signature(request, claim, *previous);
  return found == oauth::Signed::nothing ? by_previous : found;
}

[[noreturn]] void refuse_device(std::string message) {
  throw Refused({401, 401, std::move(message)});
}

void check_device_call(Context& context, const device::Call& call,
                       const device::CallAuthorization& authorization, const crypto::PublicKey& key,
                       const std::string& nonce_owner) {
  if (!is_fresh(authorization.timestamp, context.now)) {
    refuse_device("The device's clock is more than five minutes away from the server's.");
  }
  if (!key.verifies(device::call_bytes(call, context.origin, authorization), authorization.signature)) {
    refuse_device("The signature of this call is wrong.");
  }
  if (!context.store.use_nonce(nonce_owner, authorization.nonce, end_of_freshness(authorization.timestamp))) {
    refuse_device("This call was made before.");
  }
}

}  // namespace

RequesterCall authenticate_requester(Context& context, const oauth::SignedRequest& request) {
  auto claim = oauth::read_claim(request);
  if (!claim || !is_fresh(claim->timestamp, context.now) || claim->nonce.size() > rules::kMaxNonce ||
      !is_text(claim->nonce) || !is_text(claim->consumer_key)) {
    throw Refused(api::oauth_error());
  }
  auto requester = context.store.requester_by_key(claim->consumer_key);
  if (!requester) throw Refused(api::oauth_error());
  const oauth::Signed found = signed_by(context, *requester, request, *claim);
  if (found == oauth::Signed::nothing) throw Refused(api::oauth_error());
  // RFC 5849 section 3.3: a nonce is unique among the calls of one timestamp.
  const std::string nonce = std::to_string(claim->timestamp) + ":" + claim->nonce;
  if (!context.store.use_nonce(requester->id, nonce, end_of_freshness(claim->timestamp))) {
    throw Refused(api::oauth_error());
  }
  return {std::move(*requester), oauth::parameters_of(std::move(*claim), found)};
}

Device authenticate_device(Context& context, const device::Call& call, std::string_view header) {
  const auto authorization = device::parse_call_authorization(header);
  if (!authorization || authorization->device.empty()) {
    refuse_device("This call needs an Authorization header of the scheme Toopher-Device.");
  }
  auto device = context.store.device_by_id(authorization->device);
  const auto key = device ? crypto::PublicKey::from_point(device->signing_key) : std::nullopt;
  if (!key) refuse_device("This device is not registered here.");
  check_device_call(context, call, *authorization, *key, device->id);
  return std::move(*device);
}

void authenticate_new_device(Context& context, const device::Call& call, std::string_view header,
                             const crypto::PublicKey& signing_key) {
  const auto authorization = device::parse_call_authorization(header);
  if (!authorization || !authorization->device.empty()) {
    refuse_device(
        "Registering needs an Authorization header of the scheme Toopher-Device with an empty device.");
  }
  check_device_call(context, call, *authorization, signing_key,
                    "key " + hex_encode(crypto::sha256(signing_key.point())));
}

}  // namespace toopher::server
