// SPDX-License-Identifier: Apache-2.0
// Tells people, after the commit, that something waits for them. The answer that caused it never waits for this, and fails
// for nothing that goes wrong here: a phone's list is the truth, a message is a hint.
#ifndef TOOPHER_SERVER_PUSH_NOTIFIER_H
#define TOOPHER_SERVER_PUSH_NOTIFIER_H

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "crypto/keys.h"
#include "server/metrics.h"
#include "server/push/sender.h"
#include "server/push/vapid_tokens.h"
#include "server/service/push.h"
#include "server/store/store.h"

namespace toopher::server::push {

struct NotifierSettings {
  std::string origin;   ///< where links lead
  std::string contact;  ///< empty: no Web Push
  webpush::Hosts hosts;
  std::string ntfy_url;  ///< empty: no ntfy
  Secret ntfy_token;     ///< empty: none
};

/// Used from the loop's thread.
class Notifier {
 public:
  /// `loop` carries out what is to be written down; `now` is the wall clock.
  Notifier(Store& store, Metrics& metrics, boost::asio::any_io_executor loop, std::function<Millis()> now);

  /// The server's key; before it there is no Web Push.
  void use_key(crypto::PrivateKey key);
  /// In force for what is told from now on.
  void use(NotifierSettings settings);
  [[nodiscard]] std::shared_ptr<const PushPolicy> policy() const { return policy_; }

  /// What this instance has committed.
  void tell(const std::vector<Announcement>& announcements);
  /// Something happened to `topic`. Were it a request that is being told, here or on another instance, it is over.
  void heard(const std::string& topic);

 private:
  struct Recipients;
  struct Errand;
  using Over = std::shared_ptr<std::atomic<bool>>;

  void renew_policy();
  [[nodiscard]] bool active() const { return vapid_ != nullptr || !settings_->ntfy_url.empty(); }
  Over over_flag(const Announcement& announcement);
  void look_up(const std::shared_ptr<Errand>& errand);
  void send_all(const std::shared_ptr<Errand>& errand, const Recipients& found);
  void send_push(const std::shared_ptr<Errand>& errand, const PushSubscription& subscription,
                 const std::shared_ptr<const std::string>& payload);
  void send_ntfy(const std::shared_ptr<Errand>& errand, const std::string& user_id, std::string_view topic);
  void push_ended(const Errand& errand, const std::string& device_id, Millis since,
                  const std::string& service, const Result& result);
  void write_down(std::function<void(Context&)> operation);
  void complain(Way way, const std::string& service, const Result& result);

  Store& store_;
  Metrics& metrics_;
  boost::asio::any_io_executor loop_;
  std::function<Millis()> now_;
  std::shared_ptr<const crypto::PrivateKey> key_;
  std::shared_ptr<const NotifierSettings> settings_ = std::make_shared<NotifierSettings>();
  std::shared_ptr<VapidTokens> vapid_;  ///< nullptr: no Web Push
  std::shared_ptr<const PushPolicy> policy_ = std::make_shared<PushPolicy>();
  std::map<std::string, std::pair<Millis, Over>>
      told_;  ///< requests that may be on their way, and when they expire
  std::map<std::string, std::chrono::steady_clock::time_point>
      complained_;  ///< last log line about each service
  Sender sender_;   // last: its thread must end before what it tells
};

}  // namespace toopher::server::push

#endif
