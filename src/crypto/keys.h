// SPDX-License-Identifier: Apache-2.0
// P-256 keys: ECDSA for decisions and calls of a device, ECDH for the code seed. Points and signatures have
// WebCrypto's raw forms, so that the web app and the terminal speak the same bytes.
#ifndef TOOPHER_CRYPTO_KEYS_H
#define TOOPHER_CRYPTO_KEYS_H

#include <openssl/types.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace toopher::crypto {

/// An operation of OpenSSL that cannot fail on valid input failed (memory, provider). Never carries key
/// material.
class CryptoError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct KeyDeleter {
  void operator()(EVP_PKEY* key) const;
};
using KeyHandle = std::unique_ptr<EVP_PKEY, KeyDeleter>;

inline constexpr std::size_t kPointSize = 65;         ///< 0x04 ‖ x ‖ y (SEC 1 section 2.3.3)
inline constexpr std::size_t kSignatureSize = 64;     ///< r ‖ s, 32 bytes each (IEEE P1363)
inline constexpr std::size_t kSharedSecretSize = 32;  ///< x coordinate

/// A public key that is known to lie on the curve.
class PublicKey {
 public:
  /// Nothing unless `point` is an uncompressed point on P-256 other than infinity.
  static std::optional<PublicKey> from_point(std::string_view point);
  [[nodiscard]] const std::string& point() const { return point_; }
  /// ECDSA with SHA-256 over `data`; false for a signature of the wrong size too.
  [[nodiscard]] bool verifies(std::string_view data, std::string_view signature) const;
  /// The same where the signature is in DER (RFC 3279 section 2.2.3), as authenticators and certificates have it.
  [[nodiscard]] bool verifies_der(std::string_view data, std::string_view der) const;

 private:
  friend class PrivateKey;
  PublicKey(KeyHandle key, std::string_view point) : key_(std::move(key)), point_(point) {}
  KeyHandle key_;
  std::string point_;
};

class PrivateKey {
 public:
  static PrivateKey generate();
  /// PKCS#8 DER; nothing if it is not a P-256 key.
  static std::optional<PrivateKey> from_pkcs8(std::string_view der);
  [[nodiscard]] Secret to_pkcs8() const;
  [[nodiscard]] std::string public_point() const;
  /// ECDSA with SHA-256, kSignatureSize raw bytes.
  [[nodiscard]] std::string sign(std::string_view data) const;
  /// ECDH (SP 800-56A): kSharedSecretSize raw bytes.
  [[nodiscard]] Secret agree(const PublicKey& peer) const;

 private:
  explicit PrivateKey(KeyHandle key) : key_(std::move(key)) {}
  KeyHandle key_;
};

}  // namespace toopher::crypto

#endif
