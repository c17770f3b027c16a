// SPDX-License-Identifier: Apache-2.0
#include "server/push/notifier.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <optional>
#include <utility>

#include "crypto/encoding.h"
#include "server/log.h"
#include "server/push/payload.h"
#include "server/push/subscription.h"
#include "webpush/encryption.h"

namespace toopher::server::push {

namespace {

using Clock = std::chrono::steady_clock;

constexpr Millis kEndedLife =
    kMinute;  // a notification that nobody takes back disappears with the next one anyway
constexpr std::chrono::minutes kComplaints{1};
constexpr std::size_t kManyTold = 1000;

constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;

/// Each message to Apple's service must show something, or the subscription is lost.
bool must_show(const webpush::Origin& service) {
  return service.host.ends_with(".push.apple.com");
}

Clock::time_point end_of(const Announcement& announcement, Millis now) {
  Millis left = std::max<Millis>(announcement.expires - now, 0);
  if (announcement.occasion == Occasion::ended) left = std::max(left, kEndedLife);
  return Clock::now() + std::chrono::milliseconds(left);
}

/// Words for the person whose phone it is.
std::string problem_text(const std::string& service, const Result& result) {
  if (result.outcome == Outcome::gone)
    return service + " does not know this phone's subscription any more. Switch notifications on again.";
  if (result.status == kUnauthorized || result.status == kForbidden)
    return service + " does not accept this server's key. Switch notifications off and on again.";
  return "The last notification could not be handed to " + service + ": " + result.why + ".";
}

}  // namespace

/// One announcement on its way.
struct Notifier::Errand {
  Announcement announcement;
  std::shared_ptr<const NotifierSettings> settings;
  std::shared_ptr<VapidTokens> vapid;
  Over over;
  Clock::time_point begun = Clock::now();
};

/// Whom it concerns, as the store knows it.
struct Notifier::Recipients {
  std::string user_name;
  std::vector<PushSubscription> subscriptions;
  std::optional<Secret> ntfy_topic;
};

Notifier::Notifier(Store& store, Metrics& metrics, boost::asio::any_io_executor loop,
                   std::function<Millis()> now)
    : store_(store), metrics_(metrics), loop_(std::move(loop)), now_(std::move(now)) {}

void Notifier::use_key(crypto::PrivateKey key) {
  key_ = std::make_shared<const crypto::PrivateKey>(std::move(key));
  renew_policy();
}

void Notifier::use(NotifierSettings settings) {
  settings_ = std::make_shared<const NotifierSettings>(std::move(settings));
  renew_policy();
}

void Notifier::renew_policy() {
  PushPolicy policy;
  policy.hosts = settings_->hosts;
  if (settings_->contact.empty()) {
    policy.problem = "This server has no push-contact, so it sends no notifications. Ask its administrator.";
  } else if (key_ == nullptr) {
    policy.problem = "This server is just starting.";
  } else {
    policy.point = key_->public_point();
  }
  vapid_ = policy.point.empty() ? nullptr : std::make_shared<VapidTokens>(key_, settings_->contact);
  policy_ = std::make_shared<const PushPolicy>(std::move(policy));
}

void Notifier::tell(const std::vector<Announcement>& announcements) {
  if (!active()) return;
  for (const Announcement& announcement : announcements)
    look_up(std::make_shared<Errand>(Errand{announcement, settings_, vapid_, over_flag(announcement)}));
}

void Notifier::heard(const std::string& topic) {
  const auto found = told_.find(topic);
  if (found == told_.end()) return;
  found->second.second->store(true);
  told_.erase(found);
}

/// Set once the request is over: nothing that was not sent by then is sent.
Notifier::Over Notifier::over_flag(const Announcement& announcement) {
  auto flag = std::make_shared<std::atomic<bool>>(false);
  if (announcement.occasion != Occasion::request) return flag;
  if (told_.size() >= kManyTold)
    std::erase_if(told_, [now = now_()](const auto& entry) { return entry.second.first <= now; });
  told_.insert_or_assign(announcement.id, std::pair(announcement.expires, flag));
  return flag;
}

void Notifier::look_up(const std::shared_ptr<Errand>& errand) {
  const auto found = std::make_shared<Recipients>();
  store_.submit(
      [errand, found](Transaction& transaction) {
        const Announcement& announcement = errand->announcement;
        *found = {};
        if (const auto user = transaction.user_by_id(announcement.user_id)) found->user_name = user->name;
        if (!errand->settings->ntfy_url.empty() && announcement.occasion == Occasion::request)
          found->ntfy_topic = transaction.ntfy_topic(announcement.user_id);
        if (errand->vapid == nullptr) return;
        found->subscriptions = !announcement.device_id.empty()
                                   ? transaction.push_subscriptions_of_device(announcement.device_id)
                               : !announcement.pairing_id.empty()
                                   ? transaction.push_subscriptions_of_pairing(announcement.pairing_id)
                                   : transaction.push_subscriptions_of_user(announcement.user_id);
      },
      [this, errand, found](const std::exception_ptr& failure) {
        if (!failure) send_all(errand, *found);
      });
}

void Notifier::send_all(const std::shared_ptr<Errand>& errand, const Recipients& found) {
  const Announcement& announcement = errand->announcement;
  if (!found.subscriptions.empty()) {
    const auto payload = std::make_shared<const std::string>(
        web_push_payload(announcement, found.user_name, errand->settings->origin));
    for (const PushSubscription& subscription : found.subscriptions) send_push(errand, subscription, payload);
  }
  if (found.ntfy_topic) send_ntfy(errand, announcement.user_id, found.ntfy_topic->view());
}

void Notifier::send_push(const std::shared_ptr<Errand>& errand, const PushSubscription& subscription,
                         const std::shared_ptr<const std::string>& payload) {
  auto parsed = Subscription::from_target(subscription.target.view());
  if (!parsed) return;
  const std::string service = parsed->endpoint.origin().text();
  if (!errand->settings->hosts.allow(parsed->endpoint.origin())) {
    // It was allowed when the phone subscribed.
    push_ended(*errand, subscription.device_id, subscription.since, service,
               {Outcome::refused, 0, "push-hosts does not allow it any more"});
    return;
  }
  const bool ends = errand->announcement.occasion == Occasion::ended;
  if (ends && must_show(parsed->endpoint.origin())) return;
  const auto target = std::make_shared<const Subscription>(std::move(*parsed));
  const std::string topic = topic_of(errand->announcement);
  const char* const urgency = errand->announcement.occasion == Occasion::test ? "normal" : "high";
  Outgoing outgoing;
  outgoing.recipient = subscription.device_id;
  outgoing.subject = topic;
  outgoing.ends = ends;
  outgoing.until = end_of(errand->announcement, now_());
  outgoing.make = [errand, target, payload, topic, urgency,
                   now = now_](std::chrono::seconds left) -> std::optional<HttpPost> {
    if (errand->over->load()) return std::nullopt;
    const webpush::Origin& origin = target->endpoint.origin();
    return HttpPost{
        target->endpoint.url(),
        {"Authorization: " + errand->vapid->authorization(origin, now()), "Content-Encoding: aes128gcm",
         "Content-Type: application/octet-stream", "TTL: " + std::to_string(left.count()),
         std::string("Urgency: ") + urgency, "Topic: " + topic},
        webpush::encrypt(*payload, kPaddedSize, target->receiver),
        errand->settings->hosts.name(origin)};
  };
  outgoing.done = [this, errand, device = subscription.device_id, since = subscription.since,
                   service](const Result& result) {
    boost::asio::post(loop_, [this, errand, device, since, service, result] {
      push_ended(*errand, device, since, service, result);
    });
  };
  sender_.send(std::move(outgoing));
}

void Notifier::send_ntfy(const std::shared_ptr<Errand>& errand, const std::string& user_id,
                         std::string_view topic) {
  const auto body = std::make_shared<const std::string>(
      ntfy_payload(errand->announcement, topic, errand->settings->origin));
  Outgoing outgoing;
  outgoing.recipient = "ntfy " + user_id;
  outgoing.subject = errand->announcement.id;
  outgoing.until = end_of(errand->announcement, now_());
  outgoing.make = [errand, body](std::chrono::seconds) -> std::optional<HttpPost> {
    if (errand->over->load()) return std::nullopt;
    HttpPost post{errand->settings->ntfy_url + "/", {"Content-Type: application/json"}, *body, true};
    if (!errand->settings->ntfy_token.empty())
      post.headers.push_back("Authorization: Bearer " + std::string(errand->settings->ntfy_token.view()));
    return post;
  };
  outgoing.done = [this, errand](const Result& result) {
    boost::asio::post(loop_, [this, errand, result] {
      metrics_.notified(Way::ntfy, result.outcome, Clock::now() - errand->begun);
      complain(Way::ntfy, errand->settings->ntfy_url, result);
    });
  };
  sender_.send(std::move(outgoing));
}

void Notifier::push_ended(const Errand& errand, const std::string& device_id, Millis since,
                          const std::string& service, const Result& result) {
  metrics_.notified(Way::web_push, result.outcome, Clock::now() - errand.begun);
  complain(Way::web_push, service, result);
  if (result.outcome == Outcome::withdrawn || result.outcome == Outcome::dropped) return;
  if (result.outcome == Outcome::accepted) {
    if (errand.announcement.occasion == Occasion::ended) return;
    write_down([device_id, since](Context& context) {
      context.store.note_push_delivered(device_id, since, context.now);
    });
    return;
  }
  const bool gone = result.outcome == Outcome::gone;
  write_down([device_id, since, service, gone, status = result.status,
              problem = problem_text(service, result)](Context& context) {
    if (!gone) {
      context.store.note_push_problem(device_id, since, problem);
    } else if (context.store.drop_push_subscription(device_id, since, problem)) {
      audit(context, "push subscription dropped",
            {{"device", device_id}, {"push_service", service}, {"status", std::to_string(status)}});
    }
  });
}

/// What cannot be written down is only a note less.
void Notifier::write_down(std::function<void(Context&)> operation) {
  store_.submit(
      [operation = std::move(operation), settings = settings_, now = now_()](Transaction& transaction) {
        Context context{transaction, now, settings->origin};
        operation(context);
      },
      [](const std::exception_ptr&) {});
}

/// One line a minute about each service, so that a service that is down does not fill the journal.
void Notifier::complain(Way way, const std::string& service, const Result& result) {
  if (result.outcome != Outcome::refused && result.outcome != Outcome::late &&
      result.outcome != Outcome::dropped)
    return;
  const auto now = Clock::now();
  if (complained_.size() >= kManyTold) complained_.clear();
  const auto [place, first] = complained_.try_emplace(service, now);
  if (!first && now - place->second < kComplaints) return;
  place->second = now;
  log(LogLevel::warning, "notification lost",
      std::string(way == Way::ntfy ? "a message for ntfy at " : "a push message for ") + service +
          " was not taken: " + result.why);
}

}  // namespace toopher::server::push
