// SPDX-License-Identifier: Apache-2.0
#include "helper/wiping.h"

#include <curl/curl.h>
#include <malloc.h>
#include <string.h>  // explicit_bzero

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

// NOLINTBEGIN(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory): this is where memory is given back

namespace {

void free_wiped(void* memory) noexcept {
  if (memory == nullptr) return;
  ::explicit_bzero(memory, ::malloc_usable_size(memory));
  std::free(memory);
}

void* reallocate_wiped(void* memory, std::size_t size) {
  if (memory == nullptr) return std::malloc(size);
  void* const fresh = std::malloc(size);
  if (fresh == nullptr) return nullptr;
  std::memcpy(fresh, memory, std::min(size, ::malloc_usable_size(memory)));
  free_wiped(memory);
  return fresh;
}

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
void operator delete(void* memory) noexcept {
  free_wiped(memory);
}
void operator delete[](void* memory) noexcept {
  free_wiped(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  free_wiped(memory);
}
void operator delete[](void* memory, std::size_t /*size*/) noexcept {
  free_wiped(memory);
}

namespace toopher::helper {

bool start_libcurl_wiping() {
  return curl_global_init_mem(CURL_GLOBAL_DEFAULT, std::malloc, free_wiped, reallocate_wiped, ::strdup,
                              std::calloc) == CURLE_OK;
}

}  // namespace toopher::helper

// NOLINTEND(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory)
