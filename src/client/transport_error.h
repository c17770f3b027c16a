// SPDX-License-Identifier: Apache-2.0
// From libcurl's error to what it means for a login, in words for the log.
#ifndef TOOPHER_CLIENT_TRANSPORT_ERROR_H
#define TOOPHER_CLIENT_TRANSPORT_ERROR_H

#include <curl/curl.h>

#include <string>

#include "client/base_url.h"
#include "client/http.h"

namespace toopher::client {

/// What is known about a broken exchange.
struct TransportError {
  CURLcode code = CURLE_OK;
  bool too_large = false;      ///< the body passed the limit
  bool answer_begun = false;   ///< a status line came
  bool request_begun = false;  ///< the connection stood and the request was about to be written
  long verify_result = 0;      ///< X509_V_… of the peer's certificate
  std::string proxy;           ///< with which TLS was not done yet; empty: none, or it was
  long os_error = 0;           ///< errno of a failed connect(2), send(2) or recv(2)
  std::string detail;          ///< libcurl's own text
};

[[nodiscard]] NoAnswer explain(const TransportError& error, const BaseUrl& server);

}  // namespace toopher::client

#endif
