// SPDX-License-Identifier: Apache-2.0
// It cannot be found out who somebody is, or in which groups, so nobody is let past: what() is a sentence for the log.
#ifndef TOOPHER_PAM_UNDECIDABLE_H
#define TOOPHER_PAM_UNDECIDABLE_H

#include <stdexcept>

namespace toopher::pam {

class Undecidable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace toopher::pam

#endif
