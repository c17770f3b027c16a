// SPDX-License-Identifier: Apache-2.0
// What an operator may ask of the users in the database.
#ifndef TOOPHER_SERVER_ADMIN_H
#define TOOPHER_SERVER_ADMIN_H

#include <string>
#include <vector>

#include "server/alone.h"

namespace toopher::server {

struct UserFacts {
  User user;
  int phones = 0;          ///< enabled pairings
  int recovery_codes = 0;  ///< that were not used
  bool codes_locked = false;
  bool muted = false;
};

struct PhoneFacts {
  Pairing pairing;
  std::string name;
  std::string platform;
};

struct UserDetails {
  UserFacts facts;
  std::vector<PhoneFacts> phones;
  std::vector<AuthenticationRequest> pending;
};

class Admin {
 public:
  /// `by` is who does it, for the audit log.
  Admin(Alone& database, const std::string& by);

  // All throw Refused (409, 705) for an unknown user, and StoreError.
  [[nodiscard]] std::vector<UserFacts> users();
  [[nodiscard]] UserDetails details(const std::string& user);
  void reset(const std::string& user);
  void set_enabled(const std::string& user, bool enabled);
  void unlock(const std::string& user);
  [[nodiscard]] std::vector<Secret> new_recovery_codes(const std::string& user);

 private:
  Alone& database_;
  Requester caller_;
};

}  // namespace toopher::server

#endif
