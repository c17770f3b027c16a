// SPDX-License-Identifier: Apache-2.0
// An authenticator of WebAuthn in the test's hands: what a browser gives, and whatever else somebody may send.
#ifndef TOOPHER_TESTS_FAKE_AUTHENTICATOR_H
#define TOOPHER_TESTS_FAKE_AUTHENTICATOR_H

#include <cstdint>
#include <string>

#include "base/random.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/keys.h"
#include "webauthn/ceremony.h"
#include "webauthn/relying_party.h"

namespace toopher::webauthn {

inline constexpr unsigned kPresent = 0x01;
inline constexpr unsigned kVerified = 0x04;
inline constexpr unsigned kAttested = 0x40;
inline constexpr unsigned kExtended = 0x80;

/// One INTEGER of DER.
inline std::string der_integer(std::string_view number) {
  while (number.size() > 1 && number.front() == '\0') number.remove_prefix(1);
  std::string value(number);
  if ((static_cast<unsigned char>(value.front()) & 0x80U) != 0) value.insert(0, 1, '\0');
  return std::string("\x02") + static_cast<char>(value.size()) + value;
}

/// The form of RFC 3279, in which authenticators sign.
inline std::string der_signature(const std::string& raw) {
  const std::string both = der_integer(raw.substr(0, 32)) + der_integer(raw.substr(32));
  return std::string("\x30") + static_cast<char>(both.size()) + both;
}

struct FakeAuthenticator {
  std::string origin;
  std::string id{random_bytes(16).view()};
  crypto::PrivateKey key = crypto::PrivateKey::generate();
  std::uint32_t count = 0;
  unsigned flags = kPresent | kVerified;
  std::string rp_id{};  ///< empty: the origin's
  std::string cross_origin = "false";

  [[nodiscard]] std::string client_data(const std::string& type, std::string_view challenge) const {
    return R"({"type":")" + type + R"(","challenge":")" + crypto::base64url_encode(challenge) +
           R"(","origin":")" + origin + R"(","crossOrigin":)" + cross_origin + "}";
  }

  [[nodiscard]] std::string data(unsigned more = 0) const {
    std::string bytes = crypto::sha256(rp_id.empty() ? relying_party_id(origin) : rp_id);
    bytes += static_cast<char>(flags | more);
    for (int shift = 24; shift >= 0; shift -= 8)
      bytes += static_cast<char>(count >> static_cast<unsigned>(shift) & 0xFFU);
    return bytes;
  }

  [[nodiscard]] std::string attested() const {
    const std::string point = key.public_point();
    return std::string(16, '\0') + '\0' + static_cast<char>(id.size()) + id +
           std::string("\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20", 10) + point.substr(1, 32) +
           "\x22\x58\x20" + point.substr(33);
  }

  [[nodiscard]] Registration create(std::string_view challenge) const {
    return {data(kAttested) + attested(), client_data("webauthn.create", challenge)};
  }

  [[nodiscard]] Assertion sign(const std::string& data, const std::string& client) const {
    return {data, client, der_signature(key.sign(data + crypto::sha256(client)))};
  }

  Assertion get(std::string_view challenge) {
    ++count;
    return sign(data(), client_data("webauthn.get", challenge));
  }
};

}  // namespace toopher::webauthn

#endif
