// SPDX-License-Identifier: Apache-2.0
#include "server/store/measured_store.h"

#include <chrono>
#include <utility>

#include "server/store/store_error.h"

namespace toopher::server {

namespace {

bool is_store_error(const std::exception_ptr& outcome) {
  try {
    std::rethrow_exception(outcome);
  } catch (const StoreError&) {
    return true;
  } catch (...) {
    return false;  // what the operation itself asks for
  }
}

}  // namespace

void MeasuredStore::submit(Operation operation, Completion completion) {
  metrics_.operation_queued();
  const auto begin = std::chrono::steady_clock::now();
  store_.submit(std::move(operation),
                [&metrics = metrics_, begin, completion = std::move(completion)](std::exception_ptr outcome) {
                  metrics.operation_done(std::chrono::steady_clock::now() - begin);
                  if (outcome && is_store_error(outcome)) metrics.store_failed();
                  completion(std::move(outcome));
                });
}

}  // namespace toopher::server
