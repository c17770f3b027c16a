// SPDX-License-Identifier: Apache-2.0
#include "server/service/push.h"

#include "server/push/subscription.h"
#include "server/service/rules.h"

namespace toopher::server {

namespace {

constexpr std::string_view kTestTries = "push test";
constexpr std::string_view kSubscribeTries = "push subscribe";

/// Refuses with 429 when there were `most` of them within a time.
void count(Context& context, std::string_view kind, const Device& device, int most, Millis window) {
  if (context.store.count_tries(kind, device.id, context.now - window) >= most)
    refuse(429, "Too many calls of this kind; try again in some minutes.");
  context.store.insert_try(kind, device.id, context.now);
}

void require_push(const PushPolicy& policy) {
  if (policy.point.empty()) refuse(409, policy.problem);
}

webpush::Endpoint allowed_endpoint(const PushPolicy& policy, std::string_view url) {
  auto endpoint = webpush::Endpoint::parse(url);
  if (!endpoint) refuse(400, "endpoint is not the URL of a push service.");
  if (!policy.hosts.allow(endpoint->origin()))
    refuse(400, "This server sends to no push service at " + endpoint->origin().text() +
                    "; its administrator can add it to push-hosts.");
  return std::move(*endpoint);
}

/// As it stands in the path of a URL of ntfy.
bool is_ntfy_topic(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  constexpr std::string_view kCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  return !text.empty() && text.size() <= kLongest &&
         text.find_first_not_of(kCharacters) == std::string_view::npos;
}

}  // namespace

crypto::PrivateKey push_key(Context& context) {
  if (!context.store.push_key())
    context.store.keep_push_key(crypto::PrivateKey::generate().to_pkcs8(), context.now);
  // Of two instances that start at the same time one has made it.
  const auto stored = context.store.push_key();
  auto key = stored ? crypto::PrivateKey::from_pkcs8(stored->view()) : std::nullopt;
  if (!key) throw StoreError("database: the key for push services is damaged");
  return std::move(*key);
}

void subscribe_to_push(Context& context, const Device& device, const PushPolicy& policy,
                       std::string_view endpoint, std::string_view point, std::string_view auth) {
  require_push(policy);
  webpush::Endpoint allowed = allowed_endpoint(policy, endpoint);
  auto key = crypto::PublicKey::from_point(point);
  if (!key) refuse(400, "p256dh is not an uncompressed point on P-256.");
  if (auth.size() != webpush::kAuthSize) refuse(400, "auth must have 16 bytes.");
  count(context, kSubscribeTries, device, rules::kMaxSubscriptions, rules::kSubscriptionWindow);
  const std::string service = allowed.origin().text();
  const push::Subscription subscription{std::move(allowed), {std::move(*key), std::string(auth)}};
  context.store.put_push_subscription(device.id, subscription.to_target(), context.now);
  audit(context, "push subscribed", {{"device", device.id}, {"push_service", service}});
}

void unsubscribe_from_push(Context& context, const Device& device) {
  if (!context.store.remove_push_subscription(device.id)) return;
  audit(context, "push unsubscribed", {{"device", device.id}});
}

void send_test_push(Context& context, const Device& device, const PushPolicy& policy) {
  require_push(policy);
  if (!context.store.push_state(device.id).subscribed) refuse(409, "This device has no subscription.");
  count(context, kTestTries, device, rules::kMaxPushTests, rules::kPushTestWindow);
  context.store.announce(
      {.occasion = Occasion::test, .device_id = device.id, .expires = context.now + rules::kPushTestLife});
}

void tell_by_ntfy(Context& context, const Caller& caller, const User& user, std::string_view topic) {
  if (!is_ntfy_topic(topic)) refuse(400, "A topic of ntfy has 1 to 64 letters, digits, - and _.");
  context.store.set_ntfy_topic(user.id, Secret(topic));
  // Whoever knows the topic can listen, so the log does not tell it.
  audit(context, "ntfy on", {{"user", user.name}, {"by", caller.name}});
}

void stop_ntfy(Context& context, const Caller& caller, const User& user) {
  context.store.set_ntfy_topic(user.id, Secret());
  audit(context, "ntfy off", {{"user", user.name}, {"by", caller.name}});
}

}  // namespace toopher::server
