// SPDX-License-Identifier: Apache-2.0
#include "crypto/keys.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/x509.h>

#include "crypto/openssl.h"

namespace toopher::crypto {
namespace {

using PkeyContext = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using MdContext = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using Signature = Handle<ECDSA_SIG, ECDSA_SIG_free>;
using Pkcs8 = Handle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;
using Number = Handle<BIGNUM, BN_free>;

constexpr std::size_t kFieldSize = 32;
constexpr char kCurve[] = "prime256v1";  // SEC's secp256r1, NIST's P-256

PkeyContext context_for(EVP_PKEY* key) {
  return checked(PkeyContext(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)), "EVP_PKEY_CTX_new");
}

/// r ‖ s as the DER structure of RFC 3279 section 2.2.3, which is what OpenSSL verifies.
std::string to_der(std::string_view raw) {
  Number r = checked(Number(BN_bin2bn(bytes_of(raw), kFieldSize, nullptr)), "BN_bin2bn");
  Number s = checked(Number(BN_bin2bn(bytes_of(raw.substr(kFieldSize)), kFieldSize, nullptr)), "BN_bin2bn");
  const Signature signature = checked(Signature(ECDSA_SIG_new()), "ECDSA_SIG_new");
  check(ECDSA_SIG_set0(signature.get(), r.get(), s.get()), "ECDSA_SIG_set0");
  (void)r.release();
  (void)s.release();
  const int size = i2d_ECDSA_SIG(signature.get(), nullptr);
  if (size <= 0) fail("i2d_ECDSA_SIG");
  std::string der(static_cast<std::size_t>(size), '\0');
  unsigned char* end = bytes_of(der);
  if (i2d_ECDSA_SIG(signature.get(), &end) != size) fail("i2d_ECDSA_SIG");
  return der;
}

std::string to_raw(std::string_view der) {
  const unsigned char* position = bytes_of(der);
  const Signature signature =
      checked(Signature(d2i_ECDSA_SIG(nullptr, &position, static_cast<long>(der.size()))), "d2i_ECDSA_SIG");
  std::string raw(kSignatureSize, '\0');
  constexpr int kPadded = static_cast<int>(kFieldSize);
  if (BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes_of(raw), kPadded) != kPadded ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes_of(raw) + kFieldSize, kPadded) != kPadded)
    fail("BN_bn2binpad");
  return raw;
}

Number coordinate(const EVP_PKEY* key, const char* name) {
  BIGNUM* value = nullptr;
  check(EVP_PKEY_get_bn_param(key, name, &value), "EVP_PKEY_get_bn_param");
  return Number(value);
}

bool is_p256(const EVP_PKEY* key) {
  char group[32] = {};
  std::size_t length = 0;
  return EVP_PKEY_is_a(key, "EC") == 1 && EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 &&
         std::string_view(group, length) == kCurve;
}

}  // namespace

void KeyDeleter::operator()(EVP_PKEY* key) const {
  EVP_PKEY_free(key);
}

std::optional<PublicKey> PublicKey::from_point(std::string_view point) {
  // The size alone excludes infinity (one zero byte) and compressed points.
  if (point.size() != kPointSize || point.front() != '\x04') return std::nullopt;
  const PkeyContext context =
      checked(PkeyContext(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr)), "EVP_PKEY_CTX_new_from_name");
  check(EVP_PKEY_fromdata_init(context.get()), "EVP_PKEY_fromdata_init");
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, const_cast<char*>(kCurve), 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, const_cast<char*>(point.data()),
                                        point.size()),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* raw = nullptr;
  const int made = EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_PUBLIC_KEY, parameters);
  KeyHandle key(raw);
  // The cofactor is 1: a point on the curve is in the group (SP 800-56A section 5.6.2.3.4).
  if (made != 1 || EVP_PKEY_public_check_quick(context_for(key.get()).get()) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  return PublicKey(std::move(key), point);
}

bool PublicKey::verifies(std::string_view data, std::string_view signature) const {
  return signature.size() == kSignatureSize && verifies_der(data, to_der(signature));
}

bool PublicKey::verifies_der(std::string_view data, std::string_view der) const {
  const MdContext context = checked(MdContext(EVP_MD_CTX_new()), "EVP_MD_CTX_new");
  check(EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key_.get(), nullptr),
        "EVP_DigestVerifyInit");
  const bool right =
      EVP_DigestVerify(context.get(), bytes_of(der), der.size(), bytes_of(data), data.size()) == 1;
  if (!right) ERR_clear_error();
  return right;
}

PrivateKey PrivateKey::generate() {
  return PrivateKey(checked(KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", kCurve)), "key generation"));
}

std::optional<PrivateKey> PrivateKey::from_pkcs8(std::string_view der) {
  const unsigned char* position = bytes_of(der);
  const Pkcs8 wrapped(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &position, static_cast<long>(der.size())));
  const bool complete = wrapped && position == bytes_of(der) + der.size();
  KeyHandle key(complete ? EVP_PKCS82PKEY(wrapped.get()) : nullptr);
  if (!key || !is_p256(key.get()) || EVP_PKEY_check(context_for(key.get()).get()) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  return PrivateKey(std::move(key));
}

Secret PrivateKey::to_pkcs8() const {
  const Pkcs8 wrapped = checked(Pkcs8(EVP_PKEY2PKCS8(key_.get())), "EVP_PKEY2PKCS8");
  const int size = i2d_PKCS8_PRIV_KEY_INFO(wrapped.get(), nullptr);
  if (size <= 0) fail("i2d_PKCS8_PRIV_KEY_INFO");
  Secret der = Secret::zeroed(static_cast<std::size_t>(size));
  unsigned char* end = bytes_of(der);
  if (i2d_PKCS8_PRIV_KEY_INFO(wrapped.get(), &end) != size) fail("i2d_PKCS8_PRIV_KEY_INFO");
  return der;
}

std::string PrivateKey::public_point() const {
  // From the coordinates, because the encoded form of a key that was read may be the compressed one.
  const Number x = coordinate(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X);
  const Number y = coordinate(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y);
  std::string point(kPointSize, '\x04');
  constexpr int kPadded = static_cast<int>(kFieldSize);
  if (BN_bn2binpad(x.get(), bytes_of(point) + 1, kPadded) != kPadded ||
      BN_bn2binpad(y.get(), bytes_of(point) + 1 + kFieldSize, kPadded) != kPadded)
    fail("BN_bn2binpad");
  return point;
}

std::string PrivateKey::sign(std::string_view data) const {
  const MdContext context = checked(MdContext(EVP_MD_CTX_new()), "EVP_MD_CTX_new");
  check(EVP_DigestSignInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key_.get(), nullptr),
        "EVP_DigestSignInit");
  std::string der(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
  std::size_t size = der.size();
  check(EVP_DigestSign(context.get(), bytes_of(der), &size, bytes_of(data), data.size()), "EVP_DigestSign");
  return to_raw(std::string_view(der).substr(0, size));
}

Secret PrivateKey::agree(const PublicKey& peer) const {
  const PkeyContext context = context_for(key_.get());
  check(EVP_PKEY_derive_init(context.get()), "EVP_PKEY_derive_init");
  check(EVP_PKEY_derive_set_peer(context.get(), peer.key_.get()), "EVP_PKEY_derive_set_peer");
  Secret shared = Secret::zeroed(kSharedSecretSize);
  std::size_t size = shared.size();
  check(EVP_PKEY_derive(context.get(), bytes_of(shared), &size), "EVP_PKEY_derive");
  if (size != kSharedSecretSize) fail("EVP_PKEY_derive");
  return shared;
}

}  // namespace toopher::crypto
