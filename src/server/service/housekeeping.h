// SPDX-License-Identifier: Apache-2.0
// What happens by itself: what is over expires, and what need not be kept is removed.
#ifndef TOOPHER_SERVER_SERVICE_HOUSEKEEPING_H
#define TOOPHER_SERVER_SERVICE_HOUSEKEEPING_H

#include "server/service/context.h"

namespace toopher::server {

/// One small step, of a few milliseconds; logins go on between two steps. True if there is more to do at once.
bool keep_house(Context& context, const Retention& retention);

}  // namespace toopher::server

#endif
