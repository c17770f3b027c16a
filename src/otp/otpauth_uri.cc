// SPDX-License-Identifier: Apache-2.0
#include "otp/otpauth_uri.h"
