// SPDX-License-Identifier: Apache-2.0
// The configuration, an argument, or what they name is wrong: the log says what, nobody gets in.
#ifndef TOOPHER_PAM_MISCONFIGURED_H
#define TOOPHER_PAM_MISCONFIGURED_H

#include <stdexcept>

namespace toopher::pam {

class Misconfigured : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace toopher::pam

#endif
