// SPDX-License-Identifier: Apache-2.0
// Where the streams of one thread read to. Valid until the next stream reads, so that it is copied from at once.
#ifndef TOOPHER_SERVER_HTTP_SHARED_BUFFER_H
#define TOOPHER_SERVER_HTTP_SHARED_BUFFER_H

#include <array>
#include <cstddef>

namespace toopher::server {

inline constexpr std::size_t kSharedBufferSize = 16 * 1024;  // bytes: one TLS record

inline std::array<char, kSharedBufferSize>& shared_buffer() {
  static thread_local std::array<char, kSharedBufferSize> buffer;
  return buffer;
}

}  // namespace toopher::server

#endif
