// SPDX-License-Identifier: Apache-2.0
// otpauth:// URIs, as code apps read them from a QR code (Key URI Format).
#ifndef TOOPHER_OTP_OTPAUTH_URI_H
#define TOOPHER_OTP_OTPAUTH_URI_H

#include <string>
#include <string_view>

#include "base/secret.h"
#include "otp/otp.h"

namespace toopher::otp {

/// otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=…&algorithm=…&digits=…&period=…; a secret itself.
[[nodiscard]] Secret totp_uri(const Secret& seed, std::string_view issuer, std::string_view account,
                              const Scheme& scheme = {});

}  // namespace toopher::otp

#endif
