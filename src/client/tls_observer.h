// SPDX-License-Identifier: Apache-2.0
// Looks on while OpenSSL verifies a server's certificates, and never changes what it decides.
#ifndef TOOPHER_CLIENT_TLS_OBSERVER_H
#define TOOPHER_CLIENT_TLS_OBSERVER_H

#include <curl/curl.h>

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

/// Attached to a handle for as long as it lives; the handle's connection must not outlive it.
class TlsObserver {
 public:
  explicit TlsObserver(CURL* easy);
  TlsObserver(const TlsObserver&) = delete;
  TlsObserver& operator=(const TlsObserver&) = delete;
  ~TlsObserver();

  std::string version;             ///< "TLSv1.3"; "" if no handshake came that far
  std::vector<Certificate> chain;  ///< the server's first; as far as it could be built

 private:
  CURL* easy_;
};

}  // namespace toopher::client

#endif
