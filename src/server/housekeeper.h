// SPDX-License-Identifier: Apache-2.0
// Housekeeping of a running server: its steps follow each other, and the log tells when none succeeds.
#ifndef TOOPHER_SERVER_HOUSEKEEPER_H
#define TOOPHER_SERVER_HOUSEKEEPER_H

#include "server/http/app.h"
#include "server/store/records.h"
#include "server/store/trouble.h"

namespace toopher::server {

/// Used on one loop, where completions of the app's store are called.
class Housekeeper {
 public:
  /// Both must outlive it.
  Housekeeper(App& app, const Retention& retention) : app_(app), retention_(retention) {}

  /// Returns at once. One step is under way at a time; while there is more to do they follow each other.
  void take_step();

 private:
  App& app_;
  const Retention& retention_;
  bool under_way_ = false;
  Trouble trouble_{"housekeeping", "works again"};
};

}  // namespace toopher::server

#endif
