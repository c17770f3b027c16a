// SPDX-License-Identifier: Apache-2.0
// operator delete of programs that this file is linked into: wiped, see base/wiping.h.
#include <algorithm>
#include <cstdlib>
#include <new>

#include "base/wiping.h"

// NOLINTBEGIN(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory): this is where memory is taken

namespace {

void* allocate(std::size_t size) {
  void* const memory = std::malloc(std::max<std::size_t>(size, 1));
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new[](std::size_t size) {
  return allocate(size);
}
// The library's own would do the same, but for AddressSanitizer's, which does not go by ours.
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return std::malloc(std::max<std::size_t>(size, 1));
}
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return std::malloc(std::max<std::size_t>(size, 1));
}
void operator delete(void* memory) noexcept {
  toopher::free_wiped(memory);
}
void operator delete[](void* memory) noexcept {
  toopher::free_wiped(memory);
}
void operator delete(void* memory, const std::nothrow_t& /*tag*/) noexcept {
  toopher::free_wiped(memory);
}
void operator delete[](void* memory, const std::nothrow_t& /*tag*/) noexcept {
  toopher::free_wiped(memory);
}
void operator delete(void* memory, std::size_t size) noexcept {
  toopher::free_wiped(memory, size);
}
void operator delete[](void* memory, std::size_t size) noexcept {
  toopher::free_wiped(memory, size);
}

// NOLINTEND(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory)
