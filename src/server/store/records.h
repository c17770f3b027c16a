// SPDX-License-Identifier: Apache-2.0
// What the server remembers: one plain struct for each kind of row. Secrets are not among the members; the store hands
// them out one by one.
#ifndef TOOPHER_SERVER_STORE_RECORDS_H
#define TOOPHER_SERVER_STORE_RECORDS_H

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace toopher::server {

using Millis = std::int64_t;  ///< wall clock, milliseconds since 1970
inline constexpr Millis kSecond = 1000;
inline constexpr Millis kMinute = 60 * kSecond;
inline constexpr Millis kDay = 1440 * kMinute;

/// What a requester may do.
enum class Scope : unsigned { login = 1, enrol = 2, admin = 4 };

class Scopes {
 public:
  Scopes() = default;
  explicit Scopes(unsigned bits) : bits_(bits & 7U) {}
  void add(Scope scope) { bits_ |= static_cast<unsigned>(scope); }
  [[nodiscard]] bool has(Scope scope) const { return (bits_ & static_cast<unsigned>(scope)) != 0; }
  [[nodiscard]] unsigned bits() const { return bits_; }

 private:
  unsigned bits_ = 0;
};

/// Who shares users: names are unique within one, and requesters of another see nothing of it.
inline constexpr const char* kDefaultDirectory = "default";

/// Whether the phone asks for a number that the login shows: never unless a rule needs one; where the requester asks for
/// it; or a push is not sent without.
enum class NumberMatching { off = 0, on = 1, required = 2 };

struct Requester {
  std::string id;
  std::string name;  ///< shown on the phone
  std::string consumer_key;
  Scopes scopes;
  Millis created = 0;
  std::string directory = kDefaultDirectory;
  NumberMatching number_matching = NumberMatching::on;
  int number_digits = 2;
  bool automation = true;            ///< people may have rules answer this requester
  Millis previous_secret_until = 0;  ///< the secret before the last rotation is good until then; 0: gone
};

struct User {
  std::string id;
  std::string name;
  bool enabled = true;
  Millis muted_until = 0;          ///< no pushes before: somebody said "this was not me"
  Millis pushes_counted_from = 0;  ///< the last granted push; refusals before it no longer count
  Millis codes_locked_until = 0;
  Millis codes_counted_from = 0;  ///< wrong codes before it no longer count towards the short lock
  int code_lockouts = 0;          ///< locks since the last valid code: each is longer than the one before
  Millis created = 0;
  Millis modified = 0;
  std::string directory = kDefaultDirectory;
  Millis enrol_until = 0;  ///< a host may let this person in without a factor until then; 0: never
};

struct Device {
  std::string id;
  std::string name;
  std::string platform;
  std::string signing_key;    ///< point
  std::string agreement_key;  ///< point
  Millis created = 0;
};

/// pending -> enabled | denied | expired; enabled -> deactivated.
enum class PairingState { pending = 0, enabled = 1, denied = 2, expired = 3, deactivated = 4 };

struct Pairing {
  std::string id;
  std::string user_id;
  std::string requester_id;
  std::string device_id;  ///< empty: waits for one (service/enrolment.h)
  PairingState state = PairingState::pending;
  bool further_allowed =
      false;  ///< approved, or asked for by an administrator: the user may have a factor already
  std::string server_point;
  Millis created = 0;
  Millis modified = 0;
  Millis expires = 0;  ///< end of waiting for the phone
};

/// Those of one user. Copies share them.
class Pairings {
 public:
  explicit Pairings(std::vector<Pairing> all)
      : all_(std::make_shared<const std::vector<Pairing>>(std::move(all))) {}
  [[nodiscard]] auto begin() const { return all_->begin(); }
  [[nodiscard]] auto end() const { return all_->end(); }

 private:
  std::shared_ptr<const std::vector<Pairing>> all_;
};

/// A hard token, or another app, that makes codes of a seed that was brought here (OATH).
struct Validator {
  std::string id;
  std::string requester_id;
  std::string requester_specified_id;  ///< empty: none; else one of the requester's active ones has it
  std::string user_id;                 ///< empty: associated with nobody
  bool event_based = false;            ///< HOTP; else TOTP
  int digits = 6;
  std::string algorithm = "sha1";  ///< or sha256, sha512
  int step_seconds = 30;
  std::int64_t next_counter = 0;  ///< the first HOTP counter, or TOTP time step, that is still good
  std::int64_t drift = 0;         ///< time steps that the token's clock is ahead
  bool active = true;
  Millis created = 0;
  Millis modified = 0;
};

/// By which a person may remove a pairing.
struct ResetLink {
  std::string pairing_id;
  std::string requester;      ///< name of who made it
  std::string question;       ///< empty: none
  std::string answer_digest;  ///< empty: none
  Millis expires = 0;
};

struct Terminal {
  std::string id;
  std::string user_id;
  std::string name;
  std::string extra;  ///< requester_specified_id
  Millis created = 0;
};

struct Action {
  std::string id;
  std::string name;
  Millis created = 0;
};

/// pending -> granted | denied | expired | cancelled; the latter are final.
enum class RequestState { pending = 0, granted = 1, denied = 2, expired = 3, cancelled = 4 };

/// Terminal and action are kept as they were shown; renaming them later changes nothing that was decided.
struct AuthenticationRequest {
  std::string id;
  std::string requester_id;
  std::string user_id;
  std::string pairing_id;         ///< whose phone is asked, and then who decided; empty: any of the user's
  std::string client_request_id;  ///< empty: none
  std::string fingerprint;        ///< of the parameters, to tell a repeat from a clash
  bool push = true;               ///< false: came with a code, no phone was asked
  Terminal terminal;
  Action action;
  std::string metadata;  ///< as sent
  std::string number;    ///< number matching; empty: none
  bool automation_allowed = true;
  RequestState state = RequestState::pending;
  int reason_code = 0;
  std::string reason;
  bool totp_valid = false;
  bool code_followed = false;  ///< its login ended with a valid code: not an unanswered push
  Millis created = 0;
  Millis modified = 0;
  Millis expires = 0;
  std::string rule_id{};  ///< the automation rule that answered; empty: none
};

/// "Always allow this terminal and action", made by a phone and good until `expires`.
struct AutomationRule {
  std::string id;
  std::string user_id;
  std::string requester_id;
  std::string pairing_id;  ///< whose phone made it; the rule ends with it
  std::string request_id;  ///< whose signed decision made it
  std::string terminal_id;
  std::string terminal_name;  ///< as it was shown then
  std::string action;
  Millis created = 0;
  Millis expires = 0;
  Millis ended = 0;  ///< 0: in force
};

/// A code that an administrator gave to somebody who cannot log in.
struct Bypass {
  std::string user_id;
  int max_uses = 1;  ///< 0: any number
  int used = 0;
  Millis created = 0;
  Millis expires = 0;
};

/// How long the past is kept, in days; 0: for ever.
struct Retention {
  int requests =
      90;  ///< finished requests, with what was decided about them: a quarter, for questions about a login
  int audit = 400;  ///< the audit log: a year, and time to look back at it
};

/// What a recovery or bypass code turned out to be.
enum class RecoveryUse { unknown, used_before, accepted };

/// A signed answer, kept for audit. `subject` is a request's or a pairing's id.
struct Decision {
  std::string subject;
  std::string pairing_id;
  std::string device_id;
  std::string shown;
  std::string choice;
  std::string number;
  std::string signature;
  Millis at = 0;
  int remember_days = 0;  ///< part of what was signed: a rule for as many days; 0: none
  std::string
      origin{};  ///< part of what was signed; empty in decisions of earlier versions: the server's own
  std::string verification{};  ///< of the person, by the phone (service/verification.h); empty: none
};

/// By which the phone of a pairing verifies the person (WebAuthn).
struct PairingCredential {
  std::string pairing_id;
  std::string id;
  std::string point;             ///< P-256
  std::uint32_t sign_count = 0;  ///< of the last assertion
  std::string signature;         ///< the device's, which binds it to the pairing
  Millis created = 0;
};

/// What one step of sealing anew did, and where the next one begins.
struct Resealed {
  int changed = 0;
  std::size_t column = 0;
  std::string last{};
  bool complete = true;  ///< there is nothing behind it
};

/// Why people are told something: a request or a pairing waits for them, a request waits no more, or to try it out.
enum class Occasion { request, pairing, ended, test };

/// What is to be told after the commit, to the phones of a user, of one pairing, or to one device.
struct Announcement {
  Occasion occasion = Occasion::request;
  std::string id{};          ///< of the request or pairing
  std::string user_id{};     ///< whom it is about; empty: nobody (test)
  std::string pairing_id{};  ///< only the phone of this one; empty: all of the user's
  std::string device_id{};   ///< only this one, whatever it is paired with; empty: see above
  std::string terminal{};    ///< of a request
  std::string metadata{};    ///< of a request, as its requester sent it
  Millis expires = 0;        ///< when it is worth nothing any more
};

/// What a phone may know about its notifications.
struct PushState {
  bool subscribed = false;
  Millis delivered = 0;   ///< when a push service last took one; 0: never
  std::string problem{};  ///< why the last one did not get there; empty: it did
};

/// A line of the audit log.
struct AuditEntry {
  std::int64_t number = 0;  ///< in order of writing
  Millis at = 0;
  std::string event;
  std::string fields;  ///< JSON
};

}  // namespace toopher::server

#endif
