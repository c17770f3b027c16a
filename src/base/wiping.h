// SPDX-License-Identifier: Apache-2.0
// What a process leaves in freed memory waits there for a bug, or for a core dump. Programs that live long overwrite memory
// when it is given back: base/wiping_delete.cc, linked into them, does so for C++, these functions for libraries in C.
#ifndef TOOPHER_BASE_WIPING_H
#define TOOPHER_BASE_WIPING_H

#include <cstddef>

namespace toopher {

/// free(3) of memory from malloc(3), wiped before.
void free_wiped(void* memory) noexcept;

/// The same of memory that was asked for as `size` bytes, of which the caller wrote to no more.
void free_wiped(void* memory, std::size_t size) noexcept;

/// realloc(3) that wipes what it moves away from.
void* reallocate_wiped(void* memory, std::size_t size) noexcept;

}  // namespace toopher

#endif
