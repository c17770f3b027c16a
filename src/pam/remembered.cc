// SPDX-License-Identifier: Apache-2.0
#include "pam/remembered.h"

#include <memory>
#include <stdexcept>

namespace toopher::pam {
namespace {

constexpr const char* kDataName = "pam_toopher_failure";
constexpr std::chrono::seconds kRememberedFor{60};

struct Failure {
  AttemptKey key;
  Clock::TimePoint at;
};

void destroy(pam_handle_t* /*handle*/, void* data, int /*status*/) {
  delete static_cast<Failure*>(data);
}

}  // namespace

bool failed_moments_ago(const Handle& handle, const AttemptKey& key, const Clock& clock) {
  const void* data = nullptr;
  if (pam_get_data(handle.get(), kDataName, &data) != PAM_SUCCESS || data == nullptr) return false;
  const auto& failure = *static_cast<const Failure*>(data);
  return failure.key == key && clock.now() - failure.at < kRememberedFor;
}

void remember_failure(const Handle& handle, const AttemptKey& key, const Clock& clock) {
  auto failure = std::make_unique<Failure>(Failure{key, clock.now()});
  if (pam_set_data(handle.get(), kDataName, failure.get(), destroy) != PAM_SUCCESS)
    throw std::runtime_error("pam_set_data failed");
  (void)failure.release();  // libpam's from here on; it calls destroy()
}

}  // namespace toopher::pam
