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

}  // namespace toopher::server

#endif
