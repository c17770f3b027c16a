// SPDX-License-Identifier: Apache-2.0
// Looks on while OpenSSL verifies a server's certificates, and never changes what it decides.
#ifndef TOOPHER_CLIENT_TLS_OBSERVER_H
#define TOOPHER_CLIENT_TLS_OBSERVER_H

#include <curl/curl.h>
#include <openssl/ssl.h>

#include <cstdint>
#include <string>
#include <vector>

namespace toopher::client {

struct Certificate {
  std::string subject;  ///< RFC 2253
  std::string issuer;
  std::int64_t not_before = 0;  ///< seconds since 1970
  std::int64_t not_after = 0;
};

/// For one connection of a handle, which must not outlive it.
class TlsObserver {
 public:
  /// `place` points to it as long as it lives.
  TlsObserver(CURL* easy, TlsObserver*& place);
  TlsObserver(const TlsObserver&) = delete;
  TlsObserver& operator=(const TlsObserver&) = delete;
  ~TlsObserver();

  /// Looks on where `context` verifies, which must be the handle's. False if OpenSSL refuses.
  [[nodiscard]] bool attach(SSL_CTX* context);

  std::string version;             ///< "TLSv1.3"; "" if no handshake came that far
  std::vector<Certificate> chain;  ///< the server's first; as far as it could be built

 private:
  CURL* easy_;
  TlsObserver*& place_;
};

}  // namespace toopher::client

#endif
