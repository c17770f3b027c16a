// SPDX-License-Identifier: Apache-2.0
// Whether a file of certificates can be used to believe servers by.
#ifndef TOOPHER_CLIENT_TRUST_ANCHORS_H
#define TOOPHER_CLIENT_TRUST_ANCHORS_H

#include <string_view>

namespace toopher::client {

/// True if `pem` holds a certificate at least, and each block in it can be read. libcurl finds that out only when it has a
/// connection, and without one a wrong file would look like an outage.
[[nodiscard]] bool are_trust_anchors(std::string_view pem);

}  // namespace toopher::client

#endif
