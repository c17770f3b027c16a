// SPDX-License-Identifier: Apache-2.0
// That the database cannot do what it should.
#ifndef TOOPHER_SERVER_STORE_STORE_ERROR_H
#define TOOPHER_SERVER_STORE_STORE_ERROR_H

#include <stdexcept>

namespace toopher::server {

/// The database cannot be used (disk full, damaged, wrong key file). what() says which file and what to do.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Not at present: the same call may succeed later, or through another instance.
class StoreUnavailable : public StoreError {
 public:
  using StoreError::StoreError;
};

/// A text of the call is none that the database can hold (not UTF-8, a null byte).
class NotText : public StoreError {
 public:
  using StoreError::StoreError;
};

}  // namespace toopher::server

#endif
