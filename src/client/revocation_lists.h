// SPDX-License-Identifier: Apache-2.0
// Lists of certificates that their authorities have revoked (RFC 5280 section 5).
#ifndef TOOPHER_CLIENT_REVOCATION_LISTS_H
#define TOOPHER_CLIENT_REVOCATION_LISTS_H

#include <openssl/ssl.h>

#include <string_view>

namespace toopher::client {

/// True if `pem` holds a list at least, and each block in it can be read.
[[nodiscard]] bool are_revocation_lists(std::string_view pem);

/// Has every certificate of a server's chain looked up in `pem`: one whose authority has no list there that is in date is
/// not believed (X509_VERIFY_PARAM_set_flags(3), X509_V_FLAG_CRL_CHECK_ALL). False if OpenSSL refuses.
[[nodiscard]] bool use_revocation_lists(SSL_CTX* context, std::string_view pem);

}  // namespace toopher::client

#endif
