// SPDX-License-Identifier: Apache-2.0
// Rows that nearly every call reads and that hardly ever change, kept between transactions.
#ifndef TOOPHER_SERVER_STORE_REMEMBERED_H
#define TOOPHER_SERVER_STORE_REMEMBERED_H

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace toopher::server {

using RememberedClock = std::chrono::steady_clock;

/// How long a change by another process may stay unseen, from its commit.
inline constexpr std::chrono::seconds kRememberedLife{1};

/// Values by name, each for at most kRememberedLife from the beginning of the operation that read it. A change by this
/// process, and an operation that is undone, call forget().
template <typename Value>
class Remembered {
 public:
  /// For an operation that began at `now`; nullptr if it is not known, or was read too long before.
  const Value* find(std::string_view name, RememberedClock::time_point now) const {
    const auto place = values_.find(name);
    if (place == values_.end() || now - place->second.read >= kRememberedLife) return nullptr;
    return &place->second.value;
  }
  /// Read by an operation that began at `read`.
  void put(std::string_view name, Value value, RememberedClock::time_point read) {
    if (values_.size() >= kMost) values_.clear();
    values_.insert_or_assign(std::string(name), Entry{std::move(value), read});
  }
  void forget() { values_.clear(); }

 private:
  static constexpr std::size_t kMost = 1000;

  struct Entry {
    Value value;
    RememberedClock::time_point read;
  };
  std::map<std::string, Entry, std::less<>> values_;
};

}  // namespace toopher::server

#endif
