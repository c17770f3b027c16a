// SPDX-License-Identifier: Apache-2.0
// Web Push as bytes: the examples of the RFCs, and what comes from a browser as anybody may have written it.
#include <random>
#include <stdexcept>

#include "base/random.h"
#include "crypto/encoding.h"
#include "vectors.h"
#include "webpush/content_coding.h"
#include "webpush/encryption.h"
#include "webpush/hosts.h"
#include "webpush/vapid.h"
#include "with_cmocka.h"

using namespace toopher;
using namespace toopher::webpush;
using toopher::tests::read_vectors;

namespace {

std::string decoded(const std::string& text) {
  return crypto::base64url_decode(text).value();
}

/// The PKCS#8 form of a private key that the RFC gives as a number (RFC 5208, RFC 5915).
crypto::PrivateKey private_key(const std::string& number) {
  const std::string around =
      *hex_decode("3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420");
  return crypto::PrivateKey::from_pkcs8(around + number).value();
}

void coding_of_rfc_8188(void**) {
  int found = 0;
  for (const auto& v : read_vectors("webpush.vec")) {
    if (!v.has("input-key")) continue;
    const std::string salt = decoded(v.text("salt"));
    const std::string key_id = decoded(v.text("key-id"));
    const std::string message = encode(
        decoded(v.text("content")), static_cast<std::size_t>(v.number("padding")),
        decoded(v.text("input-key")), {salt, key_id, static_cast<std::uint32_t>(v.number("record-size"))});
    assert_same_text(crypto::base64url_encode(message), v.text("message"));
    ++found;
  }
  assert_int_equal(found, 2);
}

void coding_refuses_what_cannot_be(void**) {
  const std::string salt(kSaltSize, 's');
  const std::string long_id(256, 'i');
  for (const Coding& coding :
       {Coding{"short", "", 4096}, Coding{salt, long_id, 4096}, Coding{salt, "", 17}}) {
    bool thrown = false;
    try {
      (void)encode("text", 0, "key", coding);
    } catch (const std::invalid_argument&) {
      thrown = true;
    }
    assert_true(thrown);
  }
  // The smallest record holds one byte; nothing at all is one record still.
  assert_int_equal(encode("text", 0, "key", {salt, "", 18}).size(), 21 + 4 * 18);
  assert_int_equal(encode("", 0, "key", {salt, "", 18}).size(), 21 + 17);
}

void encryption_of_rfc_8291(void**) {
  int found = 0;
  for (const auto& v : read_vectors("webpush.vec")) {
    if (!v.has("auth")) continue;
    const crypto::PrivateKey sender = private_key(decoded(v.text("sender-private")));
    assert_same_text(crypto::base64url_encode(sender.public_point()), v.text("sender-public"));
    const Receiver receiver{crypto::PublicKey::from_point(decoded(v.text("receiver-key"))).value(),
                            decoded(v.text("auth"))};
    const std::string message =
        encrypt(decoded(v.text("content")), 0, receiver,
                {private_key(decoded(v.text("sender-private"))), decoded(v.text("salt"))});
    assert_same_text(crypto::base64url_encode(message), v.text("message"));
    ++found;
  }
  assert_int_equal(found, 1);
}

void messages_are_of_one_size(void**) {
  const crypto::PrivateKey browser = crypto::PrivateKey::generate();
  const Receiver receiver{crypto::PublicKey::from_point(browser.public_point()).value(),
                          std::string(16, 'a')};
  const std::string one = encrypt("a", 2048, receiver);
  const std::string other = encrypt(std::string(2000, 'b'), 2048, receiver);
  assert_int_equal(one.size(), other.size());
  assert_true(one != encrypt("a", 2048, receiver));
  assert_int_equal(encrypt(std::string(kMaxContent, 'c'), 0, receiver).size(), 4096);
  bool thrown = false;
  try {
    (void)encrypt(std::string(kMaxContent + 1, 'c'), 0, receiver);
  } catch (const std::invalid_argument&) {
    thrown = true;
  }
  assert_true(thrown);
}

void vapid_of_rfc_8292(void**) {
  const crypto::PrivateKey key = crypto::PrivateKey::generate();
  const std::string value =
      authorization(key, "https://push.example.net", "mailto:push@example.com", 1453523768);
  assert_true(value.starts_with("vapid t="));
  const auto parts = split(std::string_view(value).substr(8), ',');
  assert_int_equal(parts.size(), 2);
  assert_same_text(trim(parts[1]), "k=" + crypto::base64url_encode(key.public_point()));
  const auto token = split(parts[0], '.');
  assert_int_equal(token.size(), 3);
  assert_same_text(decoded(std::string(token[0])), R"({"typ":"JWT","alg":"ES256"})");
  assert_same_text(decoded(std::string(token[1])),
                   R"({"aud":"https://push.example.net","exp":1453523768,"sub":"mailto:push@example.com"})");
  const auto point = crypto::PublicKey::from_point(key.public_point());
  assert_true(
      point->verifies(std::string(token[0]) + "." + std::string(token[1]), decoded(std::string(token[2]))));
}

void contacts(void**) {
  for (const char* good :
       {"mailto:push@example.com", "mailto:a.b+c@mail.example.org", "https://example.org/contact"})
    assert_true(is_contact(good));
  for (const char* bad :
       {"", "push@example.com", "mailto:", "mailto:@example.com", "mailto:a@b@example.com", "mailto:root",
        "mailto:a@localhost", "mailto:a@.de", "mailto:a@example.", "http://example.org", "https://",
        "https://a\"b", "https://a b", "https://a\\b", "https://\xc3\xa4"})
    assert_false(is_contact(bad));
  assert_false(is_contact("https://" + std::string(300, 'a')));
}

void endpoints(void**) {
  const auto endpoint = Endpoint::parse("https://Updates.Push.Services.Mozilla.com:443/wpush/v2/gAAA?x=/y");
  assert_true(endpoint.has_value());
  assert_same_text(endpoint->origin().text(), "https://updates.push.services.mozilla.com");
  assert_same_text(endpoint->url(), "https://updates.push.services.mozilla.com/wpush/v2/gAAA?x=/y");
  assert_same_text(Endpoint::parse("http://127.0.0.1:8080/p")->origin().text(), "http://127.0.0.1:8080");
  assert_same_text(Endpoint::parse("https://[2001:db8::1]:8443/p")->origin().text(),
                   "https://[2001:db8::1]:8443");
  for (const char* bad : {"",
                          "https://",
                          "https:///p",
                          "https://host.example",
                          "https://host.example?p",
                          "ftp://host.example/p",
                          "file:///etc/passwd",
                          "//host.example/p",
                          "https:host.example/p",
                          "https://user@host.example/p",
                          "https://user:word@host.example/p",
                          "https://host.example:0/p",
                          "https://host.example:65536/p",
                          "https://host.example:/p",
                          "https://host.example:80:90/p",
                          "https://host.example/p#fragment",
                          "https://host.example\\@evil.example/p",
                          "https://host.example/p\\q",
                          "https://host .example/p",
                          "https://host.example/p\r\nHost: x",
                          "https://h\xc3\xb6st.example/p",
                          "https://host..example/p",
                          "https://.example/p",
                          "https://-host.example/p",
                          "https://host.example./p",
                          "https://host%2eexample/p",
                          "https://[::1/p",
                          "https://[]/p",
                          "https://[g::1]/p",
                          "https://host_name.example/p",
                          " https://host.example/p"})
    if (Endpoint::parse(bad)) fail_msg("an endpoint: %s", bad);
  assert_false(Endpoint::parse(std::string("https://host.example/p\0q", 24)).has_value());
  assert_false(Endpoint::parse("https://host.example/" + std::string(2048, 'p')).has_value());
}

bool allowed(const Hosts& hosts, const std::string& url) {
  const auto endpoint = Endpoint::parse(url);
  return endpoint && hosts.allow(endpoint->origin());
}

void known_push_services(void**) {
  const Hosts hosts = Hosts::parse(kKnownHosts).value();
  for (const char* good :
       {"https://updates.push.services.mozilla.com/wpush/v2/x", "https://fcm.googleapis.com/fcm/send/x",
        "https://web.push.apple.com/x", "https://wns2-par02p.notify.windows.com/w/?token=x"})
    assert_true(allowed(hosts, good));
  for (const char* bad :
       {"http://fcm.googleapis.com/x", "https://fcm.googleapis.com:8443/x",
        "https://evilfcm.googleapis.com/x", "https://push.apple.com/x",
        "https://web.push.apple.com.evil.example/x", "https://evilpush.apple.com/x", "https://127.0.0.1/x",
        "https://[::1]/x", "https://localhost/x", "https://2130706433/x", "https://0x7f.1/x",
        "https://169.254.169.254/latest/meta-data"})
    if (allowed(hosts, bad)) fail_msg("allowed: %s", bad);
}

void hosts_of_the_operator(void**) {
  const Hosts hosts =
      Hosts::parse("push.example.org, *.push.example.net,http://127.0.0.1:8080 , https://push.internal:8443")
          .value();
  for (const char* good : {"https://push.example.org/x", "https://a.push.example.net/x",
                           "http://127.0.0.1:8080/x", "https://push.internal:8443/x"})
    assert_true(allowed(hosts, good));
  for (const char* bad : {"https://127.0.0.1:8080/x", "http://127.0.0.1:8081/x", "https://push.internal/x",
                          "http://push.internal:8443/x", "https://push.example.net/x"})
    assert_false(allowed(hosts, bad));
  assert_true(hosts.name(*Origin::parse("http://127.0.0.1:8080")));
  assert_false(hosts.name(*Origin::parse("https://push.example.org")));
  for (const char* bad : {"", ",", "*", "*.", "*.com", "com", "a.*.example.org", "127.0.0.1", "[::1]",
                          "push.example.org:8443", "ftp://push.example.org", "https://push.example.org/path",
                          "push.example.org,,x.example.org", "https://a@b.example"})
    if (Hosts::parse(bad)) fail_msg("hosts: %s", bad);
}

/// Whatever is done to an endpoint, what is allowed has one of the listed hosts, and libraries read the same one.
void mutated_endpoints(void**) {
  const Hosts hosts = Hosts::parse(kKnownHosts).value();
  const std::string good = "https://updates.push.services.mozilla.com/wpush/v2/gAAAAAB?x=1";
  constexpr std::string_view kSpecial = "/\\@:#?%[].*-,;&= \t\r\n\"'<>{}|^`0aZ\x01\x7f\xc3\xa4";
  std::minstd_rand dice(8291);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same texts each time
  const auto below = [&dice](std::size_t bound) { return static_cast<std::size_t>(dice()) % bound; };
  for (int round = 0; round < 20000; ++round) {
    std::string text = good;
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
      const std::size_t at = below(text.size());
      const char c = kSpecial[below(kSpecial.size())];
      switch (below(4)) {
        case 0:
          text[at] = c;
          break;
        case 1:
          text.insert(at, 1, c);
          break;
        case 2:
          text.erase(at, 1);
          break;
        default:
          text.insert(at, text.substr(below(text.size()), below(20)));
      }
      if (text.empty()) text = "x";
    }
    const auto endpoint = Endpoint::parse(text);
    if (!endpoint || !hosts.allow(endpoint->origin())) continue;
    const std::string expected = "https://" + endpoint->origin().host + "/";
    if (!endpoint->url().starts_with(expected) ||
        !endpoint->origin().host.ends_with(".push.services.mozilla.com"))
      fail_msg("%s became %s", text.c_str(), endpoint->url().c_str());
  }
}

/// A point with one bit changed is not on the curve.
void mutated_points(void**) {
  const std::string point = crypto::PrivateKey::generate().public_point();
  for (std::size_t bit = 0; bit < point.size() * 8; ++bit) {
    std::string changed = point;
    changed[bit / 8] = static_cast<char>(static_cast<unsigned char>(changed[bit / 8]) ^ (1U << (bit % 8)));
    assert_false(crypto::PublicKey::from_point(changed).has_value());
  }
  for (const std::string& bad :
       {std::string(), std::string(1, '\0'), point.substr(1), point + "x", std::string(65, '\0'),
        "\x04" + std::string(64, '\0'), "\x04" + std::string(64, '\xff')})
    assert_false(crypto::PublicKey::from_point(bad).has_value());
}

}  // namespace

int main() {
  const CMUnitTest tests[] = {
      cmocka_unit_test(coding_of_rfc_8188),
      cmocka_unit_test(coding_refuses_what_cannot_be),
      cmocka_unit_test(encryption_of_rfc_8291),
      cmocka_unit_test(messages_are_of_one_size),
      cmocka_unit_test(vapid_of_rfc_8292),
      cmocka_unit_test(contacts),
      cmocka_unit_test(endpoints),
      cmocka_unit_test(known_push_services),
      cmocka_unit_test(hosts_of_the_operator),
      cmocka_unit_test(mutated_endpoints),
      cmocka_unit_test(mutated_points),
  };
  return cmocka_run_group_tests(tests, nullptr, nullptr);
}
