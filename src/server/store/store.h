// SPDX-License-Identifier: Apache-2.0
// The border to the database: named operations within a transaction, and a queue of work that commits in groups.
#ifndef TOOPHER_SERVER_STORE_STORE_H
#define TOOPHER_SERVER_STORE_STORE_H

#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "server/store/records.h"

namespace toopher::server {

/// The database cannot be used (disk full, damaged, wrong key file). what() says which file and what to do.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One operation's view of the data. All of it happens or nothing; operations are serialised. Methods throw StoreError.
class Transaction {
 public:
  virtual ~Transaction() = default;

  virtual std::optional<Requester> requester_by_key(std::string_view consumer_key) = 0;
  virtual std::optional<Requester> requester_by_id(std::string_view id) = 0;
  virtual std::optional<Requester> requester_by_name(std::string_view name) = 0;
  virtual Secret requester_secret(std::string_view id) = 0;
  virtual void insert_requester(const Requester& requester, const Secret& secret) = 0;

  /// False if `owner` used this nonce before. It is remembered until `expires`.
  virtual bool use_nonce(std::string_view owner, std::string_view nonce, Millis expires) = 0;

  virtual std::optional<User> user_by_id(std::string_view id) = 0;
  virtual std::optional<User> user_by_name(std::string_view name) = 0;
  virtual void insert_user(const User& user) = 0;
  virtual void update_user(const User& user) = 0;
  /// By name.
  virtual std::vector<User> users() = 0;

  /// The user's recovery codes, as digests under `salt`; earlier ones are gone. No digests: none.
  virtual void replace_recovery_codes(std::string_view user_id, const Secret& salt,
                                      const std::vector<std::string>& hashes, Millis now) = 0;
  /// Nothing if the user never had recovery codes, or they were taken away.
  virtual std::optional<Secret> recovery_salt(std::string_view user_id) = 0;
  /// Uses the code up if it is good.
  virtual RecoveryUse use_recovery_code(std::string_view user_id, std::string_view hash, Millis now) = 0;
  virtual int recovery_codes_left(std::string_view user_id) = 0;

  virtual std::optional<Device> device_by_id(std::string_view id) = 0;
  virtual void insert_device(const Device& device) = 0;

  /// Replaces the device's earlier phrase. False if another device has this phrase.
  virtual bool set_phrase(std::string_view device_id, std::string_view phrase, Millis expires) = 0;
  /// The device that shows the phrase; the phrase is gone then. Nothing if it is unknown or has expired.
  virtual std::optional<std::string> take_phrase(std::string_view phrase, Millis now) = 0;

  virtual std::optional<Pairing> pairing_by_id(std::string_view id) = 0;
  /// Oldest first, as in all lists below.
  virtual std::vector<Pairing> pairings_of_user(std::string_view user_id) = 0;
  virtual std::vector<Pairing> pairings_of_device(std::string_view device_id) = 0;
  /// `agreement_key` is the server's private key, kept until the pairing is decided.
  virtual void insert_pairing(const Pairing& pairing, const Secret& agreement_key) = 0;
  virtual Secret pairing_agreement_key(std::string_view id) = 0;
  virtual Secret pairing_seed(std::string_view id) = 0;
  virtual void enable_pairing(std::string_view id, const Secret& seed, Millis now) = 0;
  /// To denied, expired or deactivated: forgets agreement key and seed.
  virtual void close_pairing(std::string_view id, PairingState state, Millis now) = 0;
  /// True if `step` is later than every step accepted before; then it is the last accepted one.
  virtual bool accept_step(std::string_view pairing_id, std::int64_t step) = 0;

  virtual std::optional<Terminal> terminal_by_id(std::string_view id) = 0;
  virtual std::optional<Terminal> terminal_by_extra(std::string_view user_id, std::string_view extra) = 0;
  virtual std::optional<Terminal> terminal_by_name(std::string_view user_id, std::string_view name) = 0;
  virtual void insert_terminal(const Terminal& terminal) = 0;
  virtual void rename_terminal(std::string_view id, std::string_view name) = 0;
  virtual std::optional<Action> action_by_name(std::string_view name) = 0;
  virtual void insert_action(const Action& action) = 0;

  virtual std::optional<AuthenticationRequest> request_by_id(std::string_view id) = 0;
  virtual std::optional<AuthenticationRequest> request_by_client_id(std::string_view requester_id,
                                                                    std::string_view client_request_id) = 0;
  virtual void insert_request(const AuthenticationRequest& request) = 0;
  /// Writes state, reason, totp_valid and modified of a request that is still pending; false if it was final.
  virtual bool finish_request(const AuthenticationRequest& request) = 0;
  virtual void mark_code_followed(std::string_view request_id) = 0;
  /// Whether a granted request was the proof for something already; and that it is now.
  virtual bool authorization_used(std::string_view request_id) = 0;
  virtual void use_authorization(std::string_view request_id, Millis now) = 0;
  virtual std::vector<AuthenticationRequest> pending_requests(std::string_view user_id) = 0;
  virtual std::vector<AuthenticationRequest> overdue_requests(Millis now) = 0;
  virtual std::vector<Pairing> overdue_pairings(Millis now) = 0;
  /// Pushes that ended since `since` without being granted and without a valid code after them.
  virtual int refused_pushes(std::string_view user_id, Millis since) = 0;

  virtual void insert_decision(const Decision& decision) = 0;

  /// Counted tries: `kind` says of what ("code", "phrase", "device"), `owner` whose.
  virtual void insert_try(std::string_view kind, std::string_view owner, Millis at) = 0;
  virtual int count_tries(std::string_view kind, std::string_view owner, Millis since) = 0;
  virtual void forget_tries(std::string_view kind, std::string_view owner) = 0;

  /// A digest of `data` that nobody can recompute without the key file.
  virtual std::string keyed_digest(std::string_view data) = 0;

  /// Appends to the audit log. `fields` is a JSON object; it is also written to the journal after the commit.
  virtual void audit(Millis at, std::string_view event, std::string_view fields) = 0;

  /// After the commit whoever waits for `topic` (id of a request, pairing or device) looks again.
  virtual void notify(std::string_view topic) = 0;

  /// Whether another program has changed the database since the last call, or may have (the first).
  virtual bool changed_elsewhere() = 0;

  /// Removes what no rule asks for any more: old nonces, tries, phrases, devices that never paired.
  virtual void prune(Millis now) = 0;
};

/// What became of a group of operations, after its commit.
struct Committed {
  std::vector<std::string> topics;
  std::vector<std::string> audit_lines;
  std::vector<std::function<void()>> completions;
};

class Store {
 public:
  using Operation = std::function<void(Transaction&)>;
  /// Called with nothing once the operation is committed, else with what it or the commit threw.
  using Completion = std::function<void(std::exception_ptr)>;
  /// Called on the writer's thread after each group.
  using Deliver = std::function<void(Committed)>;

  virtual ~Store() = default;
  /// Queues an operation; returns at once. Safe from every thread.
  virtual void submit(Operation operation, Completion completion) = 0;
};

}  // namespace toopher::server

#endif
