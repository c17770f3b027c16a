// SPDX-License-Identifier: Apache-2.0
#include "webauthn/authenticator_data.h"

#include "crypto/keys.h"

namespace toopher::webauthn {

namespace {

constexpr unsigned kUserPresent = 0x01;
constexpr unsigned kUserVerified = 0x04;
constexpr unsigned kAttestedCredential = 0x40;
constexpr unsigned kExtensions = 0x80;

constexpr std::size_t kHashSize = 32;
constexpr std::size_t kAaguidSize = 16;
constexpr std::size_t kCoordinateSize = 32;

// The only COSE_Key for ES256 in CTAP2's canonical CBOR, which section 6.5.1.1 demands: a map of 1 (kty): 2 (EC2),
// 3 (alg): -7, -1 (crv): 1 (P-256), -2 (x) and -3 (y), each 32 bytes.
constexpr std::string_view kKeyUntilX("\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20", 10);
constexpr std::string_view kKeyUntilY("\x22\x58\x20", 3);

/// Takes bytes from the front; once there are too few, everything that follows is empty and the input is no good.
class Bytes {
 public:
  explicit Bytes(std::string_view input) : left_(input) {}

  std::string_view take(std::size_t size) {
    if (size > left_.size()) {
      good_ = false;
      left_ = {};
      return {};
    }
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }

  std::uint32_t number(std::size_t size) {
    std::uint32_t value = 0;
    for (const char byte : take(size)) value = value << 8U | static_cast<unsigned char>(byte);
    return value;
  }

  void expect(std::string_view bytes) {
    if (take(bytes.size()) != bytes) good_ = false;
  }

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool empty() const { return left_.empty(); }

 private:
  std::string_view left_;
  bool good_ = true;
};

std::optional<AttestedCredential> credential_of(Bytes& bytes) {
  (void)bytes.take(kAaguidSize);
  const std::size_t length = bytes.number(2);
  if (length == 0 || length > kMaxCredentialId) return std::nullopt;
  AttestedCredential credential;
  credential.id = bytes.take(length);
  credential.point = '\x04';
  bytes.expect(kKeyUntilX);
  credential.point += bytes.take(kCoordinateSize);
  bytes.expect(kKeyUntilY);
  credential.point += bytes.take(kCoordinateSize);
  if (!bytes.good() || !crypto::PublicKey::from_point(credential.point)) return std::nullopt;
  return credential;
}

}  // namespace

std::optional<AuthenticatorData> AuthenticatorData::parse(std::string_view input) {
  Bytes bytes(input);
  AuthenticatorData data;
  data.rp_id_hash = bytes.take(kHashSize);
  const unsigned flags = bytes.number(1);
  data.sign_count = bytes.number(4);
  data.user_present = (flags & kUserPresent) != 0;
  data.user_verified = (flags & kUserVerified) != 0;
  if (!bytes.good()) return std::nullopt;
  if ((flags & kAttestedCredential) != 0) {
    data.credential = credential_of(bytes);
    if (!data.credential) return std::nullopt;
  }
  const bool has_extensions = (flags & kExtensions) != 0;
  if (bytes.empty() == has_extensions) return std::nullopt;
  return data;
}

}  // namespace toopher::webauthn
