// SPDX-License-Identifier: Apache-2.0
#include "crypto/hash.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>

#include "crypto/openssl.h"

namespace toopher::crypto {
namespace {

using Md = Handle<EVP_MD, EVP_MD_free>;
using Mac = Handle<EVP_MAC, EVP_MAC_free>;
using MacContext = Handle<EVP_MAC_CTX, EVP_MAC_CTX_free>;
using Kdf = Handle<EVP_KDF, EVP_KDF_free>;
using KdfContext = Handle<EVP_KDF_CTX, EVP_KDF_CTX_free>;

struct DigestTraits {
  const char* name;
  std::size_t size;
};

DigestTraits traits(Digest digest) {
  switch (digest) {
    case Digest::sha1:
      return {"SHA1", 20};
    case Digest::sha256:
      return {"SHA256", 32};
    case Digest::sha512:
      return {"SHA512", 64};
  }
  throw CryptoError("unknown digest");
}

OSSL_PARAM text_parameter(const char* key, const char* value) {
  return OSSL_PARAM_construct_utf8_string(key, const_cast<char*>(value), 0);
}

OSSL_PARAM bytes_parameter(const char* key, std::string_view value) {
  // A null pointer means "not set", which is not the same as empty.
  const char* data = value.data() == nullptr ? "" : value.data();
  return OSSL_PARAM_construct_octet_string(key, const_cast<char*>(data), value.size());
}

/// To be copied for each computation: naming the digest to OpenSSL costs more than an HMAC of a few hundred bytes.
MacContext keyless_hmac(Digest digest) {
  const Mac mac = checked(Mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr)), "EVP_MAC_fetch");
  MacContext context = checked(MacContext(EVP_MAC_CTX_new(mac.get())), "EVP_MAC_CTX_new");
  const OSSL_PARAM parameters[] = {text_parameter(OSSL_MAC_PARAM_DIGEST, traits(digest).name),
                                   OSSL_PARAM_construct_end()};
  check(EVP_MAC_CTX_set_params(context.get(), parameters), "EVP_MAC_CTX_set_params");
  return context;
}

}  // namespace

std::string sha256(std::string_view data) {
  // Fetching searches the providers; once a process is enough.
  static const Md digest = checked(Md(EVP_MD_fetch(nullptr, "SHA256", nullptr)), "EVP_MD_fetch");
  std::string out(32, '\0');
  check(EVP_Digest(data.data(), data.size(), bytes_of(out), nullptr, digest.get(), nullptr), "EVP_Digest");
  return out;
}

std::string hmac(Digest digest, std::string_view key, std::string_view data) {
  static const std::array contexts = {keyless_hmac(Digest::sha1), keyless_hmac(Digest::sha256),
                                      keyless_hmac(Digest::sha512)};
  const std::size_t size = traits(digest).size;
  const MacContext context = checked(
      MacContext(EVP_MAC_CTX_dup(contexts.at(static_cast<std::size_t>(digest)).get())), "EVP_MAC_CTX_dup");
  // A null key would mean "the key of before".
  const unsigned char* key_bytes = bytes_of(key.empty() ? std::string_view("") : key);
  check(EVP_MAC_init(context.get(), key_bytes, key.size(), nullptr), "EVP_MAC_init");
  check(EVP_MAC_update(context.get(), bytes_of(data), data.size()), "EVP_MAC_update");
  std::string out(size, '\0');
  std::size_t written = 0;
  check(EVP_MAC_final(context.get(), bytes_of(out), &written, out.size()), "EVP_MAC_final");
  if (written != size) fail("EVP_MAC_final");
  return out;
}

Secret hkdf_sha256(std::string_view input_key, std::string_view salt, std::string_view info,
                   std::size_t length) {
  constexpr std::size_t kLongest = 8160;  // 255 blocks of the digest
  if (length == 0 || length > kLongest) throw CryptoError("HKDF: impossible length");
  static const Kdf kdf = checked(Kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr)), "EVP_KDF_fetch");
  const KdfContext context = checked(KdfContext(EVP_KDF_CTX_new(kdf.get())), "EVP_KDF_CTX_new");
  const OSSL_PARAM parameters[] = {text_parameter(OSSL_KDF_PARAM_DIGEST, "SHA256"),
                                   bytes_parameter(OSSL_KDF_PARAM_KEY, input_key),
                                   bytes_parameter(OSSL_KDF_PARAM_SALT, salt),
                                   bytes_parameter(OSSL_KDF_PARAM_INFO, info), OSSL_PARAM_construct_end()};
  Secret out = Secret::zeroed(length);
  check(EVP_KDF_derive(context.get(), bytes_of(out), out.size(), parameters), "EVP_KDF_derive");
  return out;
}

}  // namespace toopher::crypto
