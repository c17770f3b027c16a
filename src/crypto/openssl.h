// SPDX-License-Identifier: Apache-2.0
// Ownership of OpenSSL's objects, and its return codes as exceptions. For this room only.
#ifndef TOOPHER_CRYPTO_OPENSSL_H
#define TOOPHER_CRYPTO_OPENSSL_H

#include <openssl/err.h>

#include <memory>
#include <string>
#include <string_view>

#include "crypto/keys.h"

namespace toopher::crypto {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <typename T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;

/// Throws CryptoError naming `step` and OpenSSL's reason; empties its error queue, which libcurl reads too.
[[noreturn]] inline void fail(const char* step) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  throw CryptoError(std::string("OpenSSL: ") + step + " failed" +
                    (reason == nullptr ? std::string() : std::string(": ") + reason));
}

inline void check(int result, const char* step) {
  if (result != 1) fail(step);
}

template <typename Owner>
Owner checked(Owner owner, const char* step) {
  if (!owner) fail(step);
  return owner;
}

inline const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
inline unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
inline unsigned char* bytes_of(Secret& secret) {
  return reinterpret_cast<unsigned char*>(secret.data());
}

}  // namespace toopher::crypto

#endif
