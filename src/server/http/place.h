// SPDX-License-Identifier: Apache-2.0
// A place among those that wait for a thread.
#ifndef TOOPHER_SERVER_HTTP_PLACE_H
#define TOOPHER_SERVER_HTTP_PLACE_H

#include <cstddef>

namespace toopher::server {

/// Counts one call for as long as it waits.
class Place {
 public:
  explicit Place(std::size_t& count) : count_(count) { ++count_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { --count_; }

 private:
  std::size_t& count_;
};

}  // namespace toopher::server

#endif
