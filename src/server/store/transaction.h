// SPDX-License-Identifier: Apache-2.0
// What the rules may ask of the data and do to it: named operations within a transaction, in SQL that every engine
// understands.
#ifndef TOOPHER_SERVER_STORE_TRANSACTION_H
#define TOOPHER_SERVER_STORE_TRANSACTION_H

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "crypto/seal.h"
#include "server/store/known_rows.h"
#include "server/store/known_users.h"
#include "server/store/records.h"
#include "server/store/remembered.h"
#include "server/store/sql.h"
#include "server/store/store_error.h"

namespace toopher::server {

/// Notified with each line of the audit log.
inline constexpr const char* kAuditTopic = "audit";
/// Notified when a requester was added, changed or removed: what is remembered of them counts no more.
inline constexpr const char* kRequestersTopic = "requesters";

/// What became of a group of operations, after its commit.
struct Committed {
  std::vector<std::string> topics;
  std::vector<std::string> audit_lines;
  std::vector<Announcement> announcements;  ///< of this instance only: it is who tells people
  std::vector<std::function<void()>> completions;
  bool everything = false;  ///< other instances may have changed anything: whoever waits looks again
};

/// Where a phone is told.
struct PushSubscription {
  std::string device_id;
  Millis since = 0;  ///< tells it from a later one of the device
  Secret target;     ///< push/subscription.h
};

/// One operation's view of the data. All of it happens or nothing; operations are serialised. Methods throw StoreError.
class Transaction {
 public:
  /// Lives as long as its connection; a Store begins and ends the transactions around it.
  Transaction(sql::Connection& connection, const crypto::SealingKey& key) : db_(connection), key_(key) {}

  std::optional<Requester> requester_by_key(std::string_view consumer_key);
  std::optional<Requester> requester_by_id(std::string_view id);
  std::optional<Requester> requester_by_name(std::string_view name);
  Secret requester_secret(std::string_view id);
  /// The secret before the last rotation, if it was kept. Whether it is still good is the caller's to judge.
  std::optional<Secret> previous_requester_secret(std::string_view id);
  /// By name; those of all directories.
  std::vector<Requester> requesters();
  void insert_requester(const Requester& requester, const Secret& secret);
  /// Scopes and policies.
  void update_requester(const Requester& requester);
  /// The present secret becomes the previous one, or is forgotten (`keep_until` 0).
  void replace_requester_secret(std::string_view id, const Secret& fresh, Millis keep_until);
  /// It is found by key or name no more; what it did keeps its id and is shown under `remembered_as`.
  void remove_requester(std::string_view id, std::string_view remembered_as, Millis now);

  /// False if `owner` used this nonce before, or may have: it is remembered until `expires`, and what expires before
  /// something that was forgotten already is refused. So a clock that was set back makes no old call good again.
  bool use_nonce(std::string_view owner, std::string_view nonce, Millis expires);

  std::optional<User> user_by_id(std::string_view id);
  std::optional<User> user_by_name(std::string_view directory, std::string_view name);
  void insert_user(const User& user);
  void update_user(const User& user);
  /// Those of one directory, by name.
  std::vector<User> users(std::string_view directory);

  /// 0 if none was set.
  Millis directory_enrol_until(std::string_view directory);
  void set_directory_enrol_until(std::string_view directory, Millis until);

  /// The salt of all digests of the user's codes: the first one that was given, which stays.
  std::optional<Secret> code_salt(std::string_view user_id);
  void put_code_salt(std::string_view user_id, const Secret& salt, Millis now);
  /// The user's recovery codes, as digests under the user's salt; earlier ones are gone. No digests: none.
  void replace_recovery_codes(std::string_view user_id, const std::vector<std::string>& hashes);
  /// Uses the code up if it is good.
  RecoveryUse use_recovery_code(std::string_view user_id, std::string_view hash, Millis now);
  int recovery_codes_left(std::string_view user_id);

  /// The one bypass code of a user; an earlier one is gone. Its digest is one under the user's salt.
  void replace_bypass(const Bypass& bypass, std::string_view hash);
  std::optional<Bypass> bypass_of(std::string_view user_id);
  /// Uses it once if it is this code and in force.
  RecoveryUse use_bypass(std::string_view user_id, std::string_view hash, Millis now);
  void remove_bypass(std::string_view user_id);

  std::optional<Device> device_by_id(std::string_view id);
  void insert_device(const Device& device);

  /// Replaces the device's earlier phrase. False if another device has this phrase.
  bool set_phrase(std::string_view device_id, std::string_view phrase, Millis expires);
  /// The device that shows the phrase; the phrase is gone then. Nothing if it is unknown or has expired.
  std::optional<std::string> take_phrase(std::string_view phrase, Millis now);

  std::optional<Pairing> pairing_by_id(std::string_view id);
  /// Oldest first, as in all lists below.
  Pairings pairings_of_user(std::string_view user_id);
  std::vector<Pairing> pairings_of_device(std::string_view device_id);
  /// `agreement_key` is the server's private key, kept until the pairing is decided.
  void insert_pairing(const Pairing& pairing, const Secret& agreement_key);
  Secret pairing_agreement_key(std::string_view id);
  Secret pairing_seed(std::string_view id);
  void enable_pairing(const Pairing& pairing, const Secret& seed, Millis now);
  /// To denied, expired or deactivated: forgets agreement key, seed and enrolment.
  void close_pairing(const Pairing& pairing, PairingState state, Millis now);
  /// The secret by which a device may join a pending pairing that has none.
  void insert_enrolment(std::string_view pairing_id, const Secret& secret);
  std::optional<Secret> enrolment_secret(std::string_view pairing_id);
  /// One more; how many there were by now.
  int count_wrong_proof(std::string_view pairing_id);
  /// The pairing has a device now, and the secret is gone. False if it was not waiting for one.
  bool join_pairing(const Pairing& pairing, std::string_view device_id, Millis now, Millis expires);
  /// True if `step` is later than every step accepted before; then it is the last accepted one.
  bool accept_step(std::string_view pairing_id, std::int64_t step);

  std::optional<Validator> validator_by_id(std::string_view id);
  /// Of this requester, and active.
  std::optional<Validator> validator_by_name(std::string_view requester_id,
                                             std::string_view requester_specified_id);
  std::optional<Validator> validator_by_seed(std::string_view seed_digest);
  /// Active ones.
  std::vector<Validator> validators_of_user(std::string_view user_id);
  bool has_validator(std::string_view user_id);
  void insert_validator(const Validator& validator, const Secret& seed, std::string_view seed_digest);
  /// Writes all but requester and counters, and the seed, of one that was closed.
  void reopen_validator(const Validator& validator, const Secret& seed);
  /// Belongs to nobody then, and forgets its seed.
  void close_validator(std::string_view id, Millis now);
  /// `user_id` empty: with nobody.
  void associate_validator(std::string_view id, std::string_view user_id, Millis now);
  Secret validator_seed(std::string_view id);
  /// True if `counter` was not used up before; then all up to it are.
  bool accept_counter(std::string_view validator_id, std::int64_t counter);
  /// The same, and sets the drift.
  bool resync_validator(std::string_view id, std::int64_t counter, std::int64_t drift, Millis now);
  /// What was granted to this user since then without a phone is no approval of anything any more.
  void void_code_approvals(std::string_view user_id, Millis since, Millis now);

  /// Replaces the pairing's earlier one.
  void insert_reset_link(std::string_view digest, const ResetLink& link);
  std::optional<ResetLink> reset_link(std::string_view digest, Millis now);
  /// One more; how many there were by now.
  int count_wrong_answer(std::string_view digest);
  /// True for the one call that uses it up.
  bool take_reset_link(std::string_view digest);

  std::optional<Terminal> terminal_by_id(std::string_view id);
  std::optional<Terminal> terminal_by_extra(std::string_view user_id, std::string_view extra);
  std::optional<Terminal> terminal_by_name(std::string_view user_id, std::string_view name);
  void insert_terminal(const Terminal& terminal);
  void rename_terminal(const Terminal& terminal, std::string_view name);
  /// Another terminal of the user that has `extra` loses it.
  void give_extra(const Terminal& terminal, std::string_view extra);
  std::optional<Action> action_by_name(std::string_view name);
  void insert_action(const Action& action);

  std::optional<AuthenticationRequest> request_by_id(std::string_view id);
  /// Of those that are pending or were finished within the last hour: repeats follow at once.
  std::optional<AuthenticationRequest> request_by_client_id(std::string_view requester_id,
                                                            std::string_view client_request_id);
  void insert_request(const AuthenticationRequest& request);
  /// Writes state, reason, totp_valid and modified of a request that is still pending; false if it was final.
  bool finish_request(const AuthenticationRequest& request);
  void mark_code_followed(std::string_view request_id);
  /// Whether a granted request was the proof for something already; and that it is now.
  bool authorization_used(std::string_view request_id);
  void use_authorization(std::string_view request_id, Millis now);
  std::vector<AuthenticationRequest> pending_requests(std::string_view user_id);
  std::vector<AuthenticationRequest> pending_requests_of_requester(std::string_view requester_id);
  /// Those of a user that were granted since, at most `most`, newest first.
  std::vector<AuthenticationRequest> granted_requests(std::string_view user_id, Millis since, int most);
  std::vector<Pairing> pending_pairings_of_requester(std::string_view requester_id);
  /// At most `limit`, the first to expire first; and pairings.
  std::vector<AuthenticationRequest> overdue_requests(Millis now, int limit);
  std::vector<Pairing> overdue_pairings(Millis now, int limit);
  /// Pushes that ended since `since`, less than an hour ago, without being granted and without a valid code after them.
  int refused_pushes(std::string_view user_id, Millis since);

  void insert_decision(const Decision& decision);
  std::optional<Decision> decision_about(std::string_view subject);

  void insert_credential(const PairingCredential& credential);
  std::optional<PairingCredential> credential_of_pairing(std::string_view pairing_id);
  /// By its own id, whichever pairing has it.
  bool is_credential_known(std::string_view id);
  void set_sign_count(std::string_view pairing_id, std::uint32_t sign_count);

  void insert_rule(const AutomationRule& rule);
  std::optional<AutomationRule> rule_by_id(std::string_view id);
  /// The rule in force that answers these criteria.
  std::optional<AutomationRule> rule_for(std::string_view user_id, std::string_view requester_id,
                                         std::string_view terminal_id, std::string_view action);
  /// Those in force, oldest first.
  std::vector<AutomationRule> rules_of_user(std::string_view user_id);
  std::vector<AutomationRule> rules_of_requester(std::string_view requester_id);
  std::vector<AutomationRule> overdue_rules(Millis now);
  /// False if it had ended before.
  bool end_rule(std::string_view id, Millis now);

  /// The private key that push services know this server by, in PKCS#8; nothing before the first keep_push_key(), of which
  /// all later ones change nothing.
  std::optional<Secret> push_key();
  void keep_push_key(const Secret& key, Millis now);
  /// Replaces the device's earlier one.
  void put_push_subscription(std::string_view device_id, const Secret& target, Millis now);
  /// False if there was none.
  bool remove_push_subscription(std::string_view device_id);
  PushState push_state(std::string_view device_id);
  /// Of the devices with an enabled pairing of this user.
  std::vector<PushSubscription> push_subscriptions_of_user(std::string_view user_id);
  /// Of this pairing's device, if the pairing is enabled; and whatever the device is paired with.
  std::vector<PushSubscription> push_subscriptions_of_pairing(std::string_view pairing_id);
  std::vector<PushSubscription> push_subscriptions_of_device(std::string_view device_id);
  /// A push service took a message, or why it did not. Nothing happens if another subscription took its place.
  void note_push_delivered(std::string_view device_id, Millis since, Millis now);
  void note_push_problem(std::string_view device_id, Millis since, std::string_view problem);
  /// False if another subscription took its place.
  bool drop_push_subscription(std::string_view device_id, Millis since, std::string_view problem);

  /// Where the user is told through ntfy; nothing: nowhere.
  std::optional<Secret> ntfy_topic(std::string_view user_id);
  /// An empty one: nowhere.
  void set_ntfy_topic(std::string_view user_id, const Secret& topic);

  /// Counted tries: `kind` says of what ("code", "phrase", "device"), `owner` whose.
  void insert_try(std::string_view kind, std::string_view owner, Millis at);
  int count_tries(std::string_view kind, std::string_view owner, Millis since);
  void forget_tries(std::string_view kind, std::string_view owner);

  /// A digest of `data` that nobody can recompute without the key file.
  std::string keyed_digest(std::string_view data);

  /// Appends to the audit log. `fields` is a JSON object; it is also written to the journal after the commit.
  void audit(Millis at, std::string_view event, std::string_view fields);

  /// Whether keyed_digest(data) was this, under the present key or one that it replaced.
  bool is_keyed_digest(std::string_view digest, std::string_view data);

  /// What is sealed under another key than the current one is sealed anew: at most `limit` rows of the `column`th sealed
  /// column, behind the row `after`.
  Resealed reseal(std::size_t column, std::string_view after, int limit);

  /// A note of when something was last done; memo_time() is 0 if it never was.
  void set_memo(std::string_view name, std::string_view value, Millis at);
  Millis memo_time(std::string_view name);

  // Pages of lists for operators (transaction_lists.cc): at most `limit`, behind the last one of the page before.
  std::vector<std::string> user_ids_after(std::string_view directory, std::string_view name,
                                          int limit);                          ///< by name
  std::vector<std::string> pairing_ids_after(std::string_view id, int limit);  ///< by id
  std::vector<std::string> latest_request_ids(std::string_view user_id, int limit);
  std::vector<std::string> pending_request_ids(int limit);
  std::vector<AuditEntry> audit_after(std::int64_t number, int limit);
  std::int64_t last_audit_number();
  /// The number of the last entry that is older than `since`; 0: none.
  std::int64_t audit_number_before(Millis since);

  /// After the commit whoever waits for `topic` (id of a request, pairing or device) looks again.
  void notify(std::string_view topic) { topics_.emplace_back(topic); }

  /// After the commit people are told.
  void announce(Announcement announcement) { announcements_.push_back(std::move(announcement)); }

  /// Whether another program has changed the database since the last call, or may have (the first).
  bool changed_elsewhere() { return db_.changed_elsewhere(); }

  /// Until its end nobody else, here or in another instance, gets true: for work that only one has to do.
  bool alone_at_housekeeping() { return db_.try_alone(kHousekeeping); }

  /// Removes what no rule asks for any more (old nonces, tries, phrases, devices that never paired) and what is older
  /// than it is to be kept, and puts requests that were finished more than an hour ago apart, each at most `limit` times.
  /// True if there is more of it.
  bool prune(Millis now, const Retention& retention, int limit);

  /// True if every secret can be opened with the key, judged by one of them.
  bool key_fits();

  /// What the operations of this group have to say after the commit; the lists are empty then.
  void take_messages(Committed& committed);
  [[nodiscard]] const std::vector<std::string>& topics() const { return topics_; }
  /// How many messages there are, and back to that number when an operation failed.
  struct Messages {
    std::size_t topics = 0;
    std::size_t audit_lines = 0;
    std::size_t announcements = 0;
  };
  [[nodiscard]] Messages messages() const {
    return {topics_.size(), audit_lines_.size(), announcements_.size()};
  }
  /// Also forgets what was read meanwhile.
  void drop_messages_after(const Messages& kept);

  /// How far what one operation has read serves those after it.
  enum class Memory {
    none,  ///< everything is read anew
    rare,  ///< rows that hardly change: the store will learn of changes by others, and calls forget_rows() then
    only_writer  ///< users, their pairings and terminals, too: nobody else has written since the last forget_rows()
  };
  /// A store says so before each operation, which reads the same row of these once in any case.
  void begin_operation(Memory memory);
  /// The database was changed elsewhere: nothing that was read before counts.
  void forget_rows();

  /// What the database's server says; nothing where the database is a file.
  std::optional<sql::ServerFacts> server_facts() { return db_.server_facts(); }

 private:
  static constexpr std::int64_t kHousekeeping = 1;

  // One step each; true if there is more.
  bool prune_nonces(Millis before, int limit);
  bool prune_tries(Millis before, int limit);
  bool prune_new_devices(Millis before, int limit);
  bool archive_requests(Millis before, int limit);
  bool prune_requests(Millis before, int limit);
  bool prune_audit(Millis before, int limit);
  void set_horizon(std::string_view what, Millis horizon);
  void requesters_changed();
  Millis nonces_forgotten_until();
  std::optional<User> remembered(std::optional<User> user);
  std::optional<Terminal> remembered(std::optional<Terminal> terminal);
  [[nodiscard]] bool may_remember() const { return memory_ != Memory::none; }
  /// Throws StoreError if the key does not open it.
  Secret opened(std::string_view sealed, std::string_view column, std::string_view id);
  std::vector<PushSubscription> opened_subscriptions(sql::Rows rows);

  sql::Connection& db_;
  const crypto::SealingKey& key_;
  Secret digest_of_;                      ///< the key that digest_key_ was made of
  Secret digest_key_;                     ///< made when it is first needed
  Remembered<Requester> requesters_;      ///< by consumer key
  Remembered<Secret> requester_secrets_;  ///< by id
  Remembered<Action> actions_;            ///< by name
  RememberedClock::time_point begun_;     ///< the operation
  Memory memory_ = Memory::none;
  bool within_operation_ = false;
  // What the operation has read; of Memory::only_writer, what earlier ones have, too.
  KnownUsers known_users_;
  KnownRows known_rows_;
  std::optional<Millis> nonces_forgotten_until_;  ///< of Memory::only_writer
  std::vector<std::string> topics_;
  std::vector<std::string> audit_lines_;
  std::vector<Announcement> announcements_;
};

}  // namespace toopher::server

#endif
