// SPDX-License-Identifier: Apache-2.0
#include "crypto/aes_gcm.h"

#include <openssl/evp.h>

#include <climits>

#include "crypto/openssl.h"

namespace toopher::crypto {

std::string aes128_gcm(std::string_view key, std::string_view nonce, std::string_view plain) {
  if (key.size() != kAes128KeySize || nonce.size() != kGcmNonceSize || plain.size() > INT_MAX)
    throw CryptoError("AES-128-GCM: key, nonce or text of a wrong size");
  using Cipher = Handle<EVP_CIPHER, EVP_CIPHER_free>;
  using Context = Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
  static const Cipher cipher =
      checked(Cipher(EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr)), "EVP_CIPHER_fetch");
  const Context context = checked(Context(EVP_CIPHER_CTX_new()), "EVP_CIPHER_CTX_new");
  check(EVP_EncryptInit_ex2(context.get(), cipher.get(), bytes_of(key), bytes_of(nonce), nullptr),
        "EVP_EncryptInit");
  std::string result(plain.size() + kGcmTagSize, '\0');
  int written = 0;
  check(EVP_EncryptUpdate(context.get(), bytes_of(result), &written, bytes_of(plain),
                          static_cast<int>(plain.size())),
        "EVP_EncryptUpdate");
  check(EVP_EncryptFinal_ex(context.get(), bytes_of(result) + plain.size(), &written), "EVP_EncryptFinal");
  check(
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kGcmTagSize, bytes_of(result) + plain.size()),
      "EVP_CTRL_AEAD_GET_TAG");
  return result;
}

}  // namespace toopher::crypto
