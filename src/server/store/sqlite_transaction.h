// SPDX-License-Identifier: Apache-2.0
// The named operations in SQL.
#ifndef TOOPHER_SERVER_STORE_SQLITE_TRANSACTION_H
#define TOOPHER_SERVER_STORE_SQLITE_TRANSACTION_H

#include "crypto/seal.h"
#include "server/store/sqlite.h"
#include "server/store/store.h"

namespace toopher::server::sqlite {

/// Lives as long as its database; SqliteStore opens and ends the transactions around it.
class SqliteTransaction final : public Transaction {
 public:
  SqliteTransaction(Database& database, const crypto::SealingKey& key) : db_(database), key_(key) {}

  std::optional<Requester> requester_by_key(std::string_view consumer_key) override;
  std::optional<Requester> requester_by_id(std::string_view id) override;
  std::optional<Requester> requester_by_name(std::string_view name) override;
  Secret requester_secret(std::string_view id) override;
  void insert_requester(const Requester& requester, const Secret& secret) override;
  bool use_nonce(std::string_view owner, std::string_view nonce, Millis expires) override;
  std::optional<User> user_by_id(std::string_view id) override;
  std::optional<User> user_by_name(std::string_view name) override;
  void insert_user(const User& user) override;
  void update_user(const User& user) override;
  std::vector<User> users() override;
  void replace_recovery_codes(std::string_view user_id, const Secret& salt,
                              const std::vector<std::string>& hashes, Millis now) override;
  std::optional<Secret> recovery_salt(std::string_view user_id) override;
  RecoveryUse use_recovery_code(std::string_view user_id, std::string_view hash, Millis now) override;
  int recovery_codes_left(std::string_view user_id) override;
  std::optional<Device> device_by_id(std::string_view id) override;
  void insert_device(const Device& device) override;
  bool set_phrase(std::string_view device_id, std::string_view phrase, Millis expires) override;
  std::optional<std::string> take_phrase(std::string_view phrase, Millis now) override;
  std::optional<Pairing> pairing_by_id(std::string_view id) override;
  std::vector<Pairing> pairings_of_user(std::string_view user_id) override;
  std::vector<Pairing> pairings_of_device(std::string_view device_id) override;
  void insert_pairing(const Pairing& pairing, const Secret& agreement_key) override;
  Secret pairing_agreement_key(std::string_view id) override;
  Secret pairing_seed(std::string_view id) override;
  void enable_pairing(std::string_view id, const Secret& seed, Millis now) override;
  void close_pairing(std::string_view id, PairingState state, Millis now) override;
  bool accept_step(std::string_view pairing_id, std::int64_t step) override;
  std::optional<Terminal> terminal_by_id(std::string_view id) override;
  std::optional<Terminal> terminal_by_extra(std::string_view user_id, std::string_view extra) override;
  std::optional<Terminal> terminal_by_name(std::string_view user_id, std::string_view name) override;
  void insert_terminal(const Terminal& terminal) override;
  void rename_terminal(std::string_view id, std::string_view name) override;
  std::optional<Action> action_by_name(std::string_view name) override;
  void insert_action(const Action& action) override;
  std::optional<AuthenticationRequest> request_by_id(std::string_view id) override;
  std::optional<AuthenticationRequest> request_by_client_id(std::string_view requester_id,
                                                            std::string_view client_request_id) override;
  void insert_request(const AuthenticationRequest& request) override;
  bool finish_request(const AuthenticationRequest& request) override;
  void mark_code_followed(std::string_view request_id) override;
  bool authorization_used(std::string_view request_id) override;
  void use_authorization(std::string_view request_id, Millis now) override;
  std::vector<AuthenticationRequest> pending_requests(std::string_view user_id) override;
  std::vector<AuthenticationRequest> overdue_requests(Millis now) override;
  std::vector<Pairing> overdue_pairings(Millis now) override;
  int refused_pushes(std::string_view user_id, Millis since) override;
  void insert_decision(const Decision& decision) override;
  void insert_try(std::string_view kind, std::string_view owner, Millis at) override;
  int count_tries(std::string_view kind, std::string_view owner, Millis since) override;
  void forget_tries(std::string_view kind, std::string_view owner) override;
  std::string keyed_digest(std::string_view data) override;
  void audit(Millis at, std::string_view event, std::string_view fields) override;
  void notify(std::string_view topic) override { topics_.emplace_back(topic); }
  bool changed_elsewhere() override;
  void prune(Millis now) override;

  /// True if every secret can be opened with the key, judged by one of them.
  bool key_fits();

  /// What the operations of this group have to say after the commit; the lists are empty then.
  void take_messages(Committed& committed);
  /// How many messages there are, and back to that number when an operation failed.
  [[nodiscard]] std::pair<std::size_t, std::size_t> messages() const {
    return {topics_.size(), audit_lines_.size()};
  }
  void drop_messages_after(std::pair<std::size_t, std::size_t> kept);

 private:
  Secret opened(std::string_view sealed, std::string_view column, std::string_view id);

  Database& db_;
  const crypto::SealingKey& key_;
  std::int64_t data_version_ = 0;
  std::vector<std::string> topics_;
  std::vector<std::string> audit_lines_;
};

}  // namespace toopher::server::sqlite

#endif
