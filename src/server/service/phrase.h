// SPDX-License-Identifier: Apache-2.0
// Pairing phrases: words that are easily read aloud and typed, without digits (client libraries take a text with a digit
// for a telephone number).
#ifndef TOOPHER_SERVER_SERVICE_PHRASE_H
#define TOOPHER_SERVER_SERVICE_PHRASE_H

#include <string>

namespace toopher::server {

/// Two pairs of adjective and noun, each phrase equally likely; at least 2^28 phrases.
std::string random_phrase();

}  // namespace toopher::server

#endif
