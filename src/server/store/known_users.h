// SPDX-License-Identifier: Apache-2.0
// Users as they were last read, so that the calls of one login, and of the next ones, do not look them up again.
#ifndef TOOPHER_SERVER_STORE_KNOWN_USERS_H
#define TOOPHER_SERVER_STORE_KNOWN_USERS_H

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "server/store/records.h"

namespace toopher::server {

/// Where others write, too, forget() is called as soon as they may have changed something. Some 300 bytes each, of at most
/// kMost users. Pointers are good until the next change.
class KnownUsers {
 public:
  static constexpr int kMost = 10'000;

  /// nullptr if it is not known.
  [[nodiscard]] const User* by_id(std::string_view id) const {
    const auto place = users_.find(id);
    return place == users_.end() ? nullptr : &*place;
  }
  [[nodiscard]] const User* by_name(std::string_view directory, std::string_view name) const {
    const auto place = names_.find({directory, name});
    return place == names_.end() ? nullptr : place->second;
  }

  /// What is in the database now.
  void put(User user) {
    if (users_.size() >= static_cast<std::size_t>(kMost)) forget();
    forget(user.id);
    if (const User* other = by_name(user.directory, user.name)) forget(std::string(other->id));
    const User& kept = *users_.insert(std::move(user)).first;
    names_.emplace(Name{kept.directory, kept.name}, &kept);
  }
  void forget(std::string_view id) {
    const auto place = users_.find(id);
    if (place == users_.end()) return;
    names_.erase({place->directory, place->name});
    users_.erase(place);
  }
  void forget() {
    names_.clear();
    users_.clear();
  }

 private:
  struct IdHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view id) const { return std::hash<std::string_view>()(id); }
    std::size_t operator()(const User& user) const { return (*this)(std::string_view(user.id)); }
  };
  struct IdEqual {
    using is_transparent = void;
    static std::string_view id_of(const User& user) { return user.id; }
    static std::string_view id_of(std::string_view id) { return id; }
    bool operator()(const auto& a, const auto& b) const { return id_of(a) == id_of(b); }
  };
  using Name = std::pair<std::string_view, std::string_view>;  ///< directory and name, of a user in users_
  struct NameHash {
    std::size_t operator()(const Name& name) const {
      constexpr std::size_t kOdd = 31;
      return std::hash<std::string_view>()(name.first) * kOdd + std::hash<std::string_view>()(name.second);
    }
  };
  std::unordered_set<User, IdHash, IdEqual> users_;  // its elements stay where they are
  std::unordered_map<Name, const User*, NameHash> names_;
};

}  // namespace toopher::server

#endif
