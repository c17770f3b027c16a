// SPDX-License-Identifier: Apache-2.0
// What the calls of a login look up of its person, as it was last read.
#ifndef TOOPHER_SERVER_STORE_KNOWN_ROWS_H
#define TOOPHER_SERVER_STORE_KNOWN_ROWS_H

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/store/records.h"

namespace toopher::server {

/// Pairings and terminals by their user's id. Where others write, too, forget() is called as soon as they may have changed
/// something. Some 800 bytes for a user with one phone and one terminal, of at most kMostUsers users; more for long names and for
/// pairings that have ended. Pointers are good until the next change.
class KnownRows {
 public:
  static constexpr std::size_t kMostUsers = 10'000;
  static constexpr std::size_t kMostTerminals = 8;  ///< of one user

  /// All of them; nullptr if they are not known.
  [[nodiscard]] const Pairings* pairings(std::string_view user_id) const {
    const auto place = users_.find(user_id);
    return place == users_.end() || !place->second.pairings ? nullptr : &*place->second.pairings;
  }
  /// The first one that `is_it`; nullptr if none is known.
  template <typename Predicate>
  [[nodiscard]] const Terminal* terminal(std::string_view user_id, Predicate is_it) const {
    const auto place = users_.find(user_id);
    if (place == users_.end()) return nullptr;
    const auto& terminals = place->second.terminals;
    const auto found = std::find_if(terminals.begin(), terminals.end(), is_it);
    return found == terminals.end() ? nullptr : &*found;
  }

  void put(std::string_view user_id, Pairings all) { rows_of(user_id).pairings = std::move(all); }
  /// It must not be known yet.
  void put(Terminal terminal) {
    auto& terminals = rows_of(terminal.user_id).terminals;
    if (terminals.size() >= kMostTerminals) terminals.clear();
    terminals.push_back(std::move(terminal));
  }

  /// All that is known of one user.
  void forget(std::string_view user_id) {
    const auto place = users_.find(user_id);
    if (place != users_.end()) users_.erase(place);
  }
  void forget() { users_.clear(); }

 private:
  struct Rows {
    std::optional<Pairings> pairings;
    std::vector<Terminal> terminals;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view id) const { return std::hash<std::string_view>()(id); }
  };

  Rows& rows_of(std::string_view user_id) {
    const auto place = users_.find(user_id);
    if (place != users_.end()) return place->second;
    if (users_.size() >= kMostUsers) users_.clear();
    return users_[std::string(user_id)];
  }

  std::unordered_map<std::string, Rows, Hash, std::equal_to<>> users_;
};

}  // namespace toopher::server

#endif
