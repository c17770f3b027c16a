// SPDX-License-Identifier: Apache-2.0
// Notifications without a network: who is told what, which addresses may be called, and what the store keeps of it.
#include <arpa/inet.h>
#include <netinet/in.h>

#include <chrono>
#include <future>

#include "api/json.h"
#include "base/unique_fd.h"
#include "crypto/encoding.h"
#include "server/push/addresses.h"
#include "server/push/payload.h"
#include "server/push/sender.h"
#include "server/push/subscription.h"
#include "server/push/vapid_tokens.h"
#include "server/service/push.h"
#include "server_world.h"

using namespace toopher;
using namespace toopher::server;
using toopher::server::push::is_public;
using toopher::server::push::Subscription;

namespace {

bool is_public_text(const std::string& text) {
  sockaddr_storage storage{};
  auto* const four = reinterpret_cast<sockaddr_in*>(&storage);
  auto* const six = reinterpret_cast<sockaddr_in6*>(&storage);
  if (::inet_pton(AF_INET, text.c_str(), &four->sin_addr) == 1) {
    four->sin_family = AF_INET;
  } else if (::inet_pton(AF_INET6, text.c_str(), &six->sin6_addr) == 1) {
    six->sin6_family = AF_INET6;
  } else {
    fail_msg("not an address: %s", text.c_str());
  }
  return is_public(*reinterpret_cast<sockaddr*>(&storage));
}

void addresses(void**) {
  for (const char* text : {"8.8.8.8", "142.250.0.1", "172.32.0.1", "192.169.0.1", "2a00:1450::1",
                           "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"})
    if (!is_public_text(text)) fail_msg("refused: %s", text);
  for (const char* text : {"0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "100.64.0.1",
                           "127.0.0.1",
                           "127.255.255.254",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.1",
                           "192.168.1.1",
                           "198.18.0.1",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::127.0.0.1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "64:ff9b::7f00:1",
                           "64:ff9b:1::1",
                           "2002:7f00:1::1",
                           "2002:a00:1::1",
                           "100::1",
                           "2001::1",
                           "2001:db8::1",
                           "3fff::1",
                           "fc00::1",
                           "fd12::1",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1"})
    if (is_public_text(text)) fail_msg("allowed: %s", text);
  sockaddr other{};
  other.sa_family = AF_UNIX;
  assert_false(is_public(other));
}

Subscription subscription(const std::string& url) {
  return {
      *webpush::Endpoint::parse(url),
      {*crypto::PublicKey::from_point(crypto::PrivateKey::generate().public_point()), std::string(16, 'a')}};
}

void subscriptions_come_back(void**) {
  const Subscription one = subscription("https://push.example.org/x?y=z");
  const auto again = Subscription::from_target(one.to_target().view());
  assert_true(again.has_value());
  assert_same_text(again->endpoint.url(), one.endpoint.url());
  assert_true(again->receiver.key.point() == one.receiver.key.point() &&
              again->receiver.auth == one.receiver.auth);
  for (const char* bad : {"", "a\nb", "https://push.example.org/x\nAAAA\nAAAA", "\n\n", "a\nb\nc\nd"})
    assert_false(Subscription::from_target(bad).has_value());
}

void long_names_fit(void**) {
  std::string wide;
  for (int i = 0; i < 300; ++i) wide += "\xf0\x9f\x94\x91";
  Announcement announcement;
  announcement.id = random_uuid();
  announcement.expires = 1'800'000'000'000;
  announcement.metadata = R"({"host":")" + wide + R"(","service":")" + wide + "\"}";
  const std::string payload = push::web_push_payload(announcement, wide, "https://" + std::string(200, 'o'));
  assert_true(payload.size() <= push::kPaddedSize);
  const api::Json read = api::parse_object(payload);
  assert_same_text(api::required_string(api::required_object(read.get(), "toopher"), "kind"), "request");
}

void metadata_of_others(void**) {
  Announcement announcement;
  announcement.id = random_uuid();
  announcement.terminal = "bastion\n\x1b[31m";
  for (const char* metadata :
       {"", "{", "[]", "text", R"({"host":7})", R"({"host":""})", "{\"host\":\"\xff\"}"}) {
    announcement.metadata = metadata;
    const api::Json read =
        api::parse_object(push::web_push_payload(announcement, "a\"b", "https://o.example"));
    assert_same_text(api::required_string(api::required_object(read.get(), "toopher"), "host"),
                     "bastion[31m");
  }
}

void tokens_are_used_for_hours(void**) {
  push::VapidTokens tokens(std::make_shared<const crypto::PrivateKey>(crypto::PrivateKey::generate()),
                           "mailto:a@b.example");
  const webpush::Origin service = *webpush::Origin::parse("https://push.example.org");
  const Millis now = 1'800'000'000'000;
  const std::string first = tokens.authorization(service, now);
  assert_same_text(tokens.authorization(service, now + 3'600'000), first);
  assert_true(tokens.authorization(*webpush::Origin::parse("https://other.example.org"), now) != first);
  assert_true(tokens.authorization(service, now - 1000) != first);
  assert_true(tokens.authorization(service, now + 25'200'000) != first);
}

PushPolicy policy() {
  return {"a point", "", *webpush::Hosts::parse("push.example.org")};
}

auto subscribe(const Phone& phone, const std::string& url) {
  return [&phone, url](Context& c) {
    const std::string point = crypto::PrivateKey::generate().public_point();
    subscribe_to_push(c, phone.device, policy(), url, point, std::string(16, 'a'));
    return true;
  };
}

std::vector<PushSubscription> of_user(World& world, const AuthenticationRequest& request) {
  return world.get([&](Context& c) { return c.store.push_subscriptions_of_user(request.user_id); });
}

void who_is_told(void**) {
  World world;
  const Phone phone = world.pair("alice");
  const Phone other = world.pair("bob");
  const Phone unpaired = world.new_phone();
  for (const Phone* each : {&phone, &other, &unpaired})
    assert_true(world.get(subscribe(*each, "https://push.example.org/" + each->device.id)));
  const auto request = world.push("alice");
  const auto found = of_user(world, request);
  assert_int_equal(found.size(), 1);
  assert_same_text(found.front().device_id, phone.device.id);
  assert_true(Subscription::from_target(found.front().target.view()).has_value());
  assert_int_equal(world.count("SELECT count(*) FROM push_subscriptions"), 3);
  world.get([&](Context& c) {
    reset_user(c, world.admin, "alice");
    return true;
  });
  assert_true(of_user(world, request).empty());
}

void a_later_subscription_stays(void**) {
  World world;
  const Phone phone = world.pair("alice");
  const auto request = world.push("alice");
  assert_true(world.get(subscribe(phone, "https://push.example.org/1")));
  const Millis first = world.now;
  world.pass(kSecond);
  assert_true(world.get(subscribe(phone, "https://push.example.org/2")));
  const auto drop = [&](Millis since) {
    return world.get(
        [&](Context& c) { return c.store.drop_push_subscription(phone.device.id, since, "gone"); });
  };
  assert_false(drop(first));
  assert_int_equal(of_user(world, request).size(), 1);
  assert_true(drop(world.now));
  assert_true(of_user(world, request).empty());
  const PushState state = world.get([&](Context& c) { return c.store.push_state(phone.device.id); });
  assert_false(state.subscribed);
  assert_same_text(state.problem, "gone");
  assert_int_equal(world.refusal([&](Context& c) {
    send_test_push(c, phone.device, policy());
    return true;
  }),
                   409);
}

void one_key_for_all(void**) {
  World world;
  const auto point = [&] { return world.get([](Context& c) { return push_key(c).public_point(); }); };
  const std::string first = point();
  assert_true(point() == first);
  world.get([](Context& c) {
    c.store.keep_push_key(crypto::PrivateKey::generate().to_pkcs8(), c.now);
    return true;
  });
  assert_true(point() == first);
}

std::vector<Announcement> told_by(World& world, const std::function<void(Context&)>& operation) {
  return world.get([&](Context& c) {
    const auto before = c.store.messages();
    operation(c);
    Committed committed;
    c.store.take_messages(committed);
    c.store.drop_messages_after({});
    assert_true(before.announcements == 0);
    return committed.announcements;
  });
}

void each_request_is_told_once(void**) {
  World world;
  const Phone phone = world.pair("alice");
  Initiate parameters = World::push_of("alice");
  parameters.client_request_id = "once";
  AuthenticationRequest request;
  const auto start = [&](Context& c) { request = initiate(c, world.login, parameters); };
  auto told = told_by(world, start);
  assert_int_equal(told.size(), 1);
  assert_true(told[0].occasion == Occasion::request && told[0].id == request.id &&
              told[0].user_id == request.user_id);
  assert_true(told_by(world, start).empty());
  told = told_by(world, [&](Context& c) { (void)cancel_request(c, world.login, request.id); });
  assert_int_equal(told.size(), 1);
  assert_true(told[0].occasion == Occasion::ended && told[0].id == request.id);
  assert_true(told_by(world, [&](Context& c) { (void)cancel_request(c, world.login, request.id); }).empty());
  // A code asks no phone.
  const std::string code = world.code(phone);
  assert_true(told_by(world, [&](Context& c) {
                (void)initiate(c, world.login, World::code_of("alice", code));
              }).empty());
}

void topics_of_ntfy(void**) {
  World world;
  (void)world.pair("alice");
  const auto set = [&](const std::string& topic) {
    return [&world, topic](Context& c) {
      tell_by_ntfy(c, world.admin, *user_named(c, world.admin, "alice"), topic);
      return true;
    };
  };
  const auto topic = [&] {
    return world.get([&](Context& c) { return c.store.ntfy_topic(user_named(c, world.admin, "alice")->id); });
  };
  assert_false(topic().has_value());
  assert_true(world.get(set("secret-topic_7")));
  assert_same_text(topic()->view(), "secret-topic_7");
  for (const char* bad : {"", "a/b", "a b", "\xc3\xa4", "a?x"})
    assert_int_equal(world.refusal(set(bad)), 400);
  assert_int_equal(world.refusal(set(std::string(65, 'a'))), 400);
  world.get([&](Context& c) {
    reset_user(c, world.admin, "alice");
    return true;
  });
  assert_false(topic().has_value());
}

/// A server that takes connections and never says anything.
class Silence {
 public:
  Silence() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const general = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    assert_return_code(::bind(listener_.get(), general, size), errno);
    assert_return_code(::listen(listener_.get(), SOMAXCONN), errno);
    assert_return_code(::getsockname(listener_.get(), general, &size), errno);
    url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
  }
  std::string url;

 private:
  UniqueFd listener_;
};

void a_silent_service_fills_no_memory(void**) {
  constexpr int kMost = 10000;
  constexpr int kMore = 50;
  const Silence silence;
  std::promise<void> all_dropped;
  int dropped = 0;
  const auto begin = std::chrono::steady_clock::now();
  {
    push::Sender sender;
    for (int i = 0; i < kMost + kMore; ++i) {
      push::Outgoing message;
      message.recipient = std::to_string(i);
      message.until = begin + std::chrono::hours(1);
      message.make = [&silence](std::chrono::seconds) {
        return push::HttpPost{silence.url, {}, "text", true};
      };
      message.done = [&](const push::Result& result) {
        assert_true(result.outcome == push::Outcome::dropped);
        if (++dropped == kMore) all_dropped.set_value();
      };
      sender.send(std::move(message));
    }
    assert_true(all_dropped.get_future().wait_for(std::chrono::seconds(30)) == std::future_status::ready);
  }
  assert_int_equal(dropped, kMore);
  assert_true(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(addresses),
      cmocka_unit_test(subscriptions_come_back),
      cmocka_unit_test(long_names_fit),
      cmocka_unit_test(metadata_of_others),
      cmocka_unit_test(tokens_are_used_for_hours),
      cmocka_unit_test(who_is_told),
      cmocka_unit_test(a_later_subscription_stays),
      cmocka_unit_test(one_key_for_all),
      cmocka_unit_test(each_request_is_told_once),
      cmocka_unit_test(topics_of_ntfy),
      cmocka_unit_test(a_silent_service_fills_no_memory),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
