// SPDX-License-Identifier: Apache-2.0
// How many sessions there may be, shared out so that no account can take those of others, and all together not root's.
#ifndef TOOPHER_HELPER_PLACES_H
#define TOOPHER_HELPER_PLACES_H

#include <sys/types.h>

#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "base/unique_fd.h"

namespace toopher::helper {

class Places {
 public:
  static constexpr unsigned kAll = 64;
  static constexpr unsigned kAccounts = 32;  ///< of all, for everybody but root
  static constexpr unsigned kAccount = 4;    ///< for one account

  /// One session's; given back when destroyed. Move-only; must not outlive the places.
  class Place {
   public:
    Place(Places& places, uid_t uid) : places_(&places), uid_(uid) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    Place(Place&& other) noexcept : places_(std::exchange(other.places_, nullptr)), uid_(other.uid_) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (places_ != nullptr) places_->give_back(uid_);
    }

   private:
    Places* places_;
    uid_t uid_;
  };

  /// Throws std::system_error if the kernel gives no eventfd.
  Places();
  /// Nothing if none is left for this account. Safe to be called by several threads, as all of this class.
  [[nodiscard]] std::optional<Place> take(uid_t uid);
  [[nodiscard]] unsigned taken() const;
  /// A descriptor that becomes readable when a place was given back.
  [[nodiscard]] int given_back() const { return given_back_.get(); }
  /// Makes given_back() wait for the next one.
  void note() const;

 private:
  void give_back(uid_t uid);

  UniqueFd given_back_;
  mutable std::mutex mutex_;
  unsigned taken_ = 0;
  unsigned by_accounts_ = 0;
  std::map<uid_t, unsigned> by_account_;
};

}  // namespace toopher::helper

#endif
