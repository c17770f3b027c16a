// SPDX-License-Identifier: Apache-2.0
// Where the streams of one thread read to. Valid until the next stream reads, so that it is copied from at once.
#ifndef TOOPHER_SERVER_HTTP_SHARED_BUFFER_H
#define TOOPHER_SERVER_HTTP_SHARED_BUFFER_H

#include <string.h>  // explicit_bzero

#include <array>
#include <cstddef>
#include <string>

namespace toopher::server {

inline constexpr std::size_t kSharedBufferSize = std::size_t{16} * 1024;  // bytes: one TLS record

inline std::array<char, kSharedBufferSize>& shared_buffer() {
  static thread_local std::array<char, kSharedBufferSize> buffer;
  return buffer;
}

/// Moves the first `size` bytes to the end of `input`: the next stream may read much later, and a code may be among them.
inline void take_from_shared_buffer(std::size_t size, std::string& input) {
  auto& buffer = shared_buffer();
  input.append(buffer.data(), size);
  ::explicit_bzero(buffer.data(), size);
}

}  // namespace toopher::server

#endif
