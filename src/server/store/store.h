// SPDX-License-Identifier: Apache-2.0
// A queue of operations on the database.
#ifndef TOOPHER_SERVER_STORE_STORE_H
#define TOOPHER_SERVER_STORE_STORE_H

#include <exception>
#include <functional>

#include "server/store/store_error.h"
#include "server/store/transaction.h"

namespace toopher::server {

class Store {
 public:
  /// May be run more than once, with nothing of the earlier runs left in the database.
  using Operation = std::function<void(Transaction&)>;
  /// Called with nothing once the operation is committed, else with what it or the commit threw.
  using Completion = std::function<void(std::exception_ptr)>;
  /// Called on the writer's thread after each group.
  using Deliver = std::function<void(Committed)>;

  virtual ~Store() = default;
  /// Queues an operation; returns at once. Safe from every thread.
  virtual void submit(Operation operation, Completion completion) = 0;
};

}  // namespace toopher::server

#endif
