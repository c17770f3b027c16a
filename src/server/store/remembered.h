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

/// Values by name, each for at most kLife: so long may go by until a change by another process shows. A change by this
/// one, and an operation that is undone, call forget().
template <typename Value>
class Remembered {
 public:
  /// nullptr if it is not known, or was read too long ago.
  const Value* find(std::string_view name) const {
    const auto place = values_.find(name);
    if (place == values_.end() || Clock::now() - place->second.read > kLife) return nullptr;
    return &place->second.value;
  }
  const Value& put(std::string_view name, Value value) {
    if (values_.size() >= kMost) values_.clear();
    return values_.insert_or_assign(std::string(name), Entry{std::move(value), Clock::now()})
        .first->second.value;
  }
  void forget() { values_.clear(); }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kLife{1};
  static constexpr std::size_t kMost = 1000;

  struct Entry {
    Value value;
    Clock::time_point read;
  };
  std::map<std::string, Entry, std::less<>> values_;
};

}  // namespace toopher::server

#endif
