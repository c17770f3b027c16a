// SPDX-License-Identifier: Apache-2.0
// sudo calls up to three times on one handle whatever the module answers: a final failure is remembered there, so that one
// refusal costs one push and one prompt.
#ifndef TOOPHER_PAM_REMEMBERED_H
#define TOOPHER_PAM_REMEMBERED_H

#include <string>

#include "base/deadline.h"
#include "pam/handle.h"

namespace toopher::pam {

/// Whose failure it is: a handle that is used for another user, service or invoker starts afresh.
struct AttemptKey {
  std::string user;
  std::string service;
  std::string ruser;
  friend bool operator==(const AttemptKey&, const AttemptKey&) = default;
};

/// True if a final failure of `key` was remembered less than a minute ago.
[[nodiscard]] bool failed_moments_ago(const Handle& handle, const AttemptKey& key, const Clock& clock);

/// Remembers a final failure (never a success) for a minute. Throws std::bad_alloc or std::runtime_error.
void remember_failure(const Handle& handle, const AttemptKey& key, const Clock& clock);

}  // namespace toopher::pam

#endif
