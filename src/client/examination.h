// SPDX-License-Identifier: Apache-2.0
// What one call to one server showed, for toopher-check.
#ifndef TOOPHER_CLIENT_EXAMINATION_H
#define TOOPHER_CLIENT_EXAMINATION_H

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/result.h"
#include "client/tls_observer.h"

namespace toopher::client {

struct Connection {
  std::string address;                    ///< that answered; "" if none did
  std::string tls_version;                ///< "" without TLS
  std::vector<Certificate> chain;         ///< the server's first
  std::chrono::milliseconds duration{0};  ///< of the whole exchange, the connection included
};

struct Examination {
  std::string origin;
  Connection connection;
  long status = 0;                          ///< HTTP; 0 if there was no answer
  std::optional<std::int64_t> clock_ahead;  ///< seconds of the server's clock before this machine's
  std::optional<Failed> trouble;
  bool user_known = false;
  bool user_enabled = false;
};

}  // namespace toopher::client

#endif
