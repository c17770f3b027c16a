// SPDX-License-Identifier: Apache-2.0
// The offline codes of everybody on this host: made, spent, kept valid by logins through the server, and taken away.
#ifndef TOOPHER_OFFLINE_STORE_H
#define TOOPHER_OFFLINE_STORE_H

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.h"
#include "base/secret.h"
#include "offline/code_set.h"
#include "offline/state_directory.h"

namespace toopher::offline {

/// What a typed code came to. `right` is returned only after the code was struck off on disk.
enum class Verdict { right, wrong, locked, unusable };
struct Spent {
  Verdict verdict = Verdict::unusable;
  std::size_t left = 0;  ///< codes that remain
};

/// Every function may throw StateError or CryptoError: nothing was granted then. `user` is the name on the server.
class Store {
 public:
  /// Codes count while the server vouched for the pairing within `max_age`. `clock` must outlive the store.
  Store(StateDirectory directory, std::chrono::hours max_age, const Clock& clock)
      : directory_(std::move(directory)), max_age_(max_age), clock_(clock) {}

  /// How many codes of this user would count now.
  [[nodiscard]] std::size_t left(const std::string& user) const;

  /// Checks a code and strikes it off; a wrong one is counted, on disk, before this returns.
  [[nodiscard]] Spent spend(const std::string& user, std::string_view digits, const Deadline& deadline) const;

  /// A new set in the place of an older one; durable on return.
  [[nodiscard]] std::vector<Secret> make(const std::string& user, const std::string& pairing_id,
                                         const Deadline& deadline) const;

  /// Whose word the user's codes stand on; "" if there are none.
  [[nodiscard]] std::string pairing_of(const std::string& user) const;

  /// The server vouched just now for that pairing; nothing if the codes stand on another. Writes at most once an hour, unless codes were locked.
  void confirm(const std::string& user, const std::string& pairing_id, const Deadline& deadline) const;

  /// The codes are good no more; also those of a file that is damaged.
  void remove(const std::string& user, const Deadline& deadline) const;

 private:
  [[nodiscard]] std::optional<CodeSet> load(const std::string& user) const;
  [[nodiscard]] UniqueFd lock(const std::string& user, const Deadline& deadline) const;
  void save(const CodeSet& set) const;

  StateDirectory directory_;
  std::chrono::hours max_age_;
  const Clock& clock_;
};

}  // namespace toopher::offline

#endif
