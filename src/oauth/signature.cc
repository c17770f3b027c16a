// SPDX-License-Identifier: Apache-2.0
#include "oauth/signature.h"
