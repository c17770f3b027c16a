// SPDX-License-Identifier: Apache-2.0
// The ids of requests: random, but a thousand of them in a row are neighbours.
#ifndef TOOPHER_SERVER_SERVICE_REQUEST_ID_H
#define TOOPHER_SERVER_SERVICE_REQUEST_ID_H

#include <string>

namespace toopher::server {

/// A version 4 UUID. Its first 32 bits are those of about a thousand ids that this thread made before or makes next, so
/// that an index has them on a few pages instead of one each; they say nothing about time or order, and 90 bits are its own.
std::string new_request_id();

}  // namespace toopher::server

#endif
