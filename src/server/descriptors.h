// SPDX-License-Identifier: Apache-2.0
// How many connections the system has descriptors for.
#ifndef TOOPHER_SERVER_DESCRIPTORS_H
#define TOOPHER_SERVER_DESCRIPTORS_H

#include <cstddef>

namespace toopher::server {

/// At most `wanted`, after the process's limit of open files was raised as far as it may be. Logs a warning when it is less.
[[nodiscard]] std::size_t possible_connections(std::size_t wanted);

}  // namespace toopher::server

#endif
