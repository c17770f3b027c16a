// SPDX-License-Identifier: Apache-2.0
#include "otp/otp.h"
