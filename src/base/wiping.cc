// SPDX-License-Identifier: Apache-2.0
#include "base/wiping.h"

#include <malloc.h>
#include <string.h>  // explicit_bzero

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace toopher {

// NOLINTBEGIN(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory): this is where memory is given back

void free_wiped(void* memory) noexcept {
  if (memory != nullptr) free_wiped(memory, ::malloc_usable_size(memory));
}

void free_wiped(void* memory, std::size_t size) noexcept {
  if (memory == nullptr) return;
  ::explicit_bzero(memory, size);
  std::free(memory);
}

void* reallocate_wiped(void* memory, std::size_t size) noexcept {
  if (memory == nullptr) return std::malloc(size);
  void* const fresh = std::malloc(size);
  if (fresh == nullptr) return nullptr;
  std::memcpy(fresh, memory, std::min(size, ::malloc_usable_size(memory)));
  free_wiped(memory);
  return fresh;
}

// NOLINTEND(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory)

}  // namespace toopher
