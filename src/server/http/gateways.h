// SPDX-License-Identifier: Apache-2.0
// Programs of the operator that bring messages to people.
#ifndef TOOPHER_SERVER_HTTP_GATEWAYS_H
#define TOOPHER_SERVER_HTTP_GATEWAYS_H

#include <string>

namespace toopher::server {

/// Absolute paths; empty: there is none.
struct Gateways {
  std::string sms;   ///< gets a telephone number and a text as arguments
  std::string mail;  ///< gets an address and a subject as arguments, the text on its standard input
};

}  // namespace toopher::server

#endif
