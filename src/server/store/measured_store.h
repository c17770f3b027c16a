// SPDX-License-Identifier: Apache-2.0
// A store whose operations are counted and timed, whatever engine is behind it.
#ifndef TOOPHER_SERVER_STORE_MEASURED_STORE_H
#define TOOPHER_SERVER_STORE_MEASURED_STORE_H

#include "server/metrics.h"
#include "server/store/store.h"

namespace toopher::server {

class MeasuredStore final : public Store {
 public:
  /// Both must outlive it.
  MeasuredStore(Store& store, Metrics& metrics) : store_(store), metrics_(metrics) {}
  void submit(Operation operation, Completion completion) override;

 private:
  Store& store_;
  Metrics& metrics_;
};

}  // namespace toopher::server

#endif
