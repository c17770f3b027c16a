// SPDX-License-Identifier: Apache-2.0
// The calls of docs/authenticator-api.md, each signed by the device's key.
#ifndef TOOPHER_TOOLS_AUTHENTICATOR_API_H
#define TOOPHER_TOOLS_AUTHENTICATOR_API_H

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/json.h"
#include "crypto/keys.h"
#include "device/decision.h"
#include "device/enrolment.h"
#include "tools/http.h"
#include "tools/origin.h"

namespace toopher::tools {

struct Phrase {
  std::string words;
  std::chrono::seconds expires_in{0};
};

struct PendingPairing {
  std::string id;
  std::string shown;  ///< byte for byte as it arrived
};

struct PendingRequest {
  std::string id;
  std::string pairing_id;
  std::string shown;  ///< byte for byte as it arrived
  std::int64_t others_pending = 0;
  std::int64_t longest_rule = 0;  ///< days for which it may be remembered; 0: this once only
};

struct Pending {
  std::string version;  ///< to be given back as `since`
  std::vector<PendingPairing> pairings;
  std::vector<PendingRequest> requests;
};

/// What became of a request.
struct Decided {
  bool granted = false;
  std::int64_t reason_code = 0;
  std::string reason;
};

/// "Always allow this", as the server has it; texts as it sent them.
struct ServerRule {
  std::string id;
  std::string user;
  std::string requester;
  std::string terminal;
  std::string action;
  std::int64_t expires = 0;  ///< seconds since 1970
};

/// A pairing as the server has it.
struct ServerPairing {
  std::string id;
  std::string user;
  std::string requester;
  bool enabled = false;
  bool deactivated = false;
};

/// Throws Unreachable, Refused, or Failure for an answer that no Toopher server gives.
class AuthenticatorApi {
 public:
  /// `device` is empty until register_device was called. `key` must outlive this.
  AuthenticatorApi(const Origin& origin, const std::string& ca_file, std::string device,
                   const crypto::PrivateKey& key);

  /// The new device's id; also used for the calls that follow.
  std::string register_device(const std::string& name, const crypto::PrivateKey& agreement_key);
  Phrase new_phrase();
  /// Joins the pairing of `link` (docs/authenticator-api.md, "Joining by a link"): the server's point for it, which the
  /// server has proved to be its own. `agreement_key` is this device's.
  std::string join(const device::EnrolmentLink& link, const crypto::PrivateKey& agreement_key);
  /// Held by the server up to `hold` while the list still is version `since` ("": answered at once).
  Pending pending(const std::string& since, std::chrono::seconds hold);
  ServerPairing answer_pairing(const PendingPairing& pairing, device::Choice choice);
  std::vector<ServerPairing> pairings();
  /// With `remember_days` the same is allowed from now on, for as many days.
  Decided decide(const PendingRequest& request, device::Choice choice, const std::string& number,
                 int remember_days = 0);
  std::vector<ServerRule> rules();
  void remove_rule(const std::string& id);

  /// pending() in two steps, so that a terminal can be read meanwhile; see HttpClient::wait.
  void start_pending(const std::string& since, std::chrono::seconds hold);
  [[nodiscard]] bool is_waiting() const { return http_.busy(); }
  std::optional<Pending> wait_pending(const std::vector<int>& descriptors, HttpClient::Milliseconds at_most);

  /// The server's time as far as it is known, in seconds since 1970; else this machine's.
  [[nodiscard]] std::int64_t server_now() const;
  /// How far this machine's clock is ahead of the server's, in seconds; nothing before the server told its
  /// time.
  [[nodiscard]] std::optional<std::int64_t> clock_error() const { return clock_error_; }

 private:
  [[nodiscard]] HttpCall signed_call(std::string_view method, const std::string& path, const json_t* body,
                                     std::chrono::seconds timeout) const;
  api::Json call(std::string_view method, const std::string& path, const json_t* body);
  api::Json accept(const HttpAnswer& answer);
  [[noreturn]] void refuse(const HttpAnswer& answer);
  void note_server_time(const json_t* object);
  [[nodiscard]] std::string decision_signature(std::string_view pairing_id, std::string_view shown,
                                               device::Choice choice, std::string_view number,
                                               int remember_days = 0) const;

  Origin origin_;
  std::string device_;
  const crypto::PrivateKey& key_;
  HttpClient http_;
  std::optional<std::int64_t> clock_error_;
};

}  // namespace toopher::tools

#endif
