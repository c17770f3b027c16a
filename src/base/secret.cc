// SPDX-License-Identifier: Apache-2.0
#include "base/secret.h"

#include <string.h>  // explicit_bzero

#include <algorithm>
#include <cstring>
#include <utility>

namespace toopher {

Secret::Secret(std::string_view bytes) : size_(bytes.size()) {
  if (size_ == 0) return;
  bytes_ = std::make_unique<char[]>(size_);
  std::memcpy(bytes_.get(), bytes.data(), size_);
}

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

Secret::~Secret() {
  wipe();
}

Secret Secret::zeroed(std::size_t size) {
  Secret secret;
  if (size > 0) secret.bytes_ = std::make_unique<char[]>(size);
  secret.size_ = size;
  return secret;
}

Secret Secret::take(std::string& text) {
  Secret secret(text);
  toopher::wipe(text);
  return secret;
}

void Secret::append(std::string_view bytes) {
  if (bytes.empty()) return;
  Secret longer = zeroed(size_ + bytes.size());
  if (size_ > 0) std::memcpy(longer.data(), bytes_.get(), size_);
  std::memcpy(longer.data() + size_, bytes.data(), bytes.size());
  *this = std::move(longer);
}

void Secret::shrink(std::size_t size) {
  if (size < size_) explicit_bzero(bytes_.get() + size, size_ - size);
  size_ = std::min(size, size_);
}

void Secret::wipe() noexcept {
  if (bytes_) explicit_bzero(bytes_.get(), size_);
  bytes_.reset();
  size_ = 0;
}

bool Secret::equals(std::string_view other) const {
  return equal_in_constant_time(view(), other);
}

void wipe(std::string& text) noexcept {
  explicit_bzero(text.data(), text.size());
  // The unused tail may hold what an earlier, longer value left there; resizing within the capacity cannot
  // throw.
  text.resize(text.capacity());
  explicit_bzero(text.data(), text.size());
  text.clear();
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const volatile unsigned char left = static_cast<unsigned char>(a[i]);
    difference |= static_cast<unsigned>(left ^ static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

}  // namespace toopher
