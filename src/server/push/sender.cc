// SPDX-License-Identifier: Apache-2.0
#include "server/push/sender.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "base/random.h"

namespace toopher::server::push {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kMostMessages = 10000;  // that wait or are under way
constexpr std::size_t kMostTransfers = 256;
constexpr long kMostConnections = 32;
constexpr long kMostConnectionsOfHost = 8;
constexpr milliseconds kFirstPause{500};
constexpr milliseconds kLongestPause{16000};
constexpr seconds kFarewell{1};
constexpr milliseconds kIdle{60000};

struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

std::unique_ptr<CURLM, MultiDeleter> new_multi() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  std::unique_ptr<CURLM, MultiDeleter> multi(started == CURLE_OK ? curl_multi_init() : nullptr);
  if (!multi) throw std::runtime_error("libcurl cannot be started");
  (void)curl_multi_setopt(multi.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, kMostConnections);
  (void)curl_multi_setopt(multi.get(), CURLMOPT_MAX_HOST_CONNECTIONS, kMostConnectionsOfHost);
  return multi;
}

/// Three quarters of it to five quarters, so that what failed together does not come back together.
milliseconds about(milliseconds pause) {
  const auto half = static_cast<std::uint32_t>(pause.count() / 2);
  return pause - milliseconds(half / 2) + milliseconds(random_below(half + 1));
}

constexpr int kTimeout = 408;
constexpr int kTooMany = 429;
constexpr int kNotFound = 404;
constexpr int kGone = 410;

bool may_change(const Reply& reply) {
  if (reply.status == 0) return !reply.lasting;
  return reply.status == kTimeout || reply.status == kTooMany || reply.status >= 500;
}

std::string why_not(const Reply& reply) {
  return reply.status == 0 ? reply.why : "it answered " + std::to_string(reply.status);
}

}  // namespace

class Sender::Loop {
 public:
  Loop() : multi_(new_multi()), thread_([this] { run(); }) {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() {
    ending_.store(true);
    (void)curl_multi_wakeup(multi_.get());
    thread_.join();
  }

  void send(Outgoing outgoing) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      inbox_.push_back(std::move(outgoing));
    }
    (void)curl_multi_wakeup(multi_.get());
  }

 private:
  using Key = std::pair<std::string, std::string>;  // recipient, subject

  struct Job {
    Outgoing message;
    std::optional<Outgoing> next{};  ///< goes when this one is done
    int tries = 0;
    Clock::time_point due{};
    std::string trouble{};  ///< of the last try
    int status = 0;
    std::unique_ptr<Transfer> transfer{};  ///< while it is under way
  };

  void run() {
    std::optional<Clock::time_point> end;
    for (;;) {
      if (!end && ending_.load()) end = Clock::now() + kFarewell;
      take_inbox();
      if (end) forget_what_was_tried();
      start_due();
      int running = 0;
      (void)curl_multi_perform(multi_.get(), &running);
      collect();
      if (end && (jobs_.empty() || Clock::now() >= *end)) return;
      const auto wait = std::clamp(until_next(end), milliseconds(0), kIdle);
      (void)curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(wait.count()), nullptr);
    }
  }

  /// How long nothing happens by itself. Rounded up, or the last millisecond would be spent in circles.
  [[nodiscard]] milliseconds until_next(const std::optional<Clock::time_point>& end) const {
    Clock::time_point next = end.value_or(Clock::now() + kIdle);
    if (!schedule_.empty() && under_way_ < kMostTransfers) next = std::min(next, schedule_.begin()->first);
    return std::chrono::ceil<milliseconds>(next - Clock::now());
  }

  void take_inbox() {
    std::vector<Outgoing> fresh;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      fresh.swap(inbox_);
    }
    for (Outgoing& message : fresh) add(std::move(message));
  }

  void add(Outgoing message) {
    Key key{message.recipient, message.subject};
    const auto found = jobs_.find(key);
    if (found == jobs_.end()) {
      if (jobs_.size() >= kMostMessages) {
        message.done({Outcome::dropped, 0, "too many messages wait already"});
        return;
      }
      begin(std::move(key), std::move(message));
      return;
    }
    Job& job = found->second;
    if (job.transfer) {
      if (job.next) job.next->done({Outcome::withdrawn, 0, ""});
      job.next = std::move(message);
      return;
    }
    // It waits for its first try, or another one.
    const bool never_sent = job.tries == 0;
    const bool both_vain = never_sent && message.ends;
    if (both_vain) message.done({Outcome::withdrawn, 0, ""});
    finish(found, {Outcome::withdrawn, 0, ""});
    if (!both_vain) begin(std::move(key), std::move(message));
  }

  void begin(Key key, Outgoing message) {
    const auto quiet = quiet_.find(key.first);
    const auto now = Clock::now();
    Job job{std::move(message)};
    job.due = quiet == quiet_.end() ? now : std::max(now, quiet->second);
    schedule_.emplace(job.due, key);
    jobs_.emplace(std::move(key), std::move(job));
  }

  using Place = std::map<Key, Job>::iterator;

  /// Tells how it ended; what was to follow follows.
  void finish(Place place, const Result& result) {
    Job job = std::move(place->second);
    Key key = place->first;
    schedule_.erase({job.due, key});
    if (job.transfer) --under_way_;
    job.transfer.reset();
    jobs_.erase(place);
    job.message.done(result);
    if (job.next) begin(std::move(key), std::move(*job.next));
  }

  void start_due() {
    forget_quiet();
    while (!schedule_.empty() && under_way_ < kMostTransfers && schedule_.begin()->first <= Clock::now()) {
      const auto place = jobs_.find(schedule_.begin()->second);
      start(place);
    }
  }

  void start(Place place) {
    Job& job = place->second;
    const auto left = std::chrono::floor<seconds>(job.message.until - Clock::now());
    if (left.count() < 1) {
      finish(place, {Outcome::late, job.status, job.trouble.empty() ? "its time was over" : job.trouble});
      return;
    }
    try {
      auto post = job.message.make(left);
      if (!post) {
        finish(place, {Outcome::withdrawn, 0, ""});
        return;
      }
      schedule_.erase({job.due, place->first});
      job.transfer = std::make_unique<Transfer>(multi_.get(), std::move(*post));
      ++job.tries;
      ++under_way_;
      by_handle_[job.transfer->handle()] = place->first;
    } catch (const std::exception& error) {
      finish(place, {Outcome::refused, 0, error.what()});
    }
  }

  void collect() {
    int left = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const auto handle = by_handle_.find(message->easy_handle);
      if (handle == by_handle_.end()) continue;
      const CURLcode code = message->data.result;
      const Key key = std::move(handle->second);
      by_handle_.erase(handle);
      settle(jobs_.find(key), code);
    }
  }

  void settle(Place place, CURLcode code) {
    Job& job = place->second;
    const Reply reply = job.transfer->reply(code);
    if (reply.status >= 200 && reply.status < 300) {
      finish(place, {Outcome::accepted, reply.status, ""});
    } else if (reply.status == kNotFound || reply.status == kGone) {
      if (job.next) job.next->done({Outcome::withdrawn, 0, ""});
      job.next.reset();
      finish(place, {Outcome::gone, reply.status, why_not(reply)});
    } else if (!may_change(reply)) {
      finish(place, {Outcome::refused, reply.status, why_not(reply)});
    } else {
      try_again(place, reply);
    }
  }

  void try_again(Place place, const Reply& reply) {
    Job& job = place->second;
    const int doublings = std::min(job.tries - 1, 5);
    const auto backoff = about(std::min(kFirstPause * (1 << doublings), kLongestPause));
    const auto due = Clock::now() + std::max<milliseconds>(backoff, reply.wait);
    if (reply.wait.count() != 0) quiet_[place->first.first] = Clock::now() + reply.wait;
    job.trouble = why_not(reply);
    job.status = reply.status;
    // What takes it back is sent as soon as it may be: perhaps it arrived.
    if (job.next || due >= job.message.until) {
      finish(place, {job.next ? Outcome::withdrawn : Outcome::late, reply.status, job.trouble});
      return;
    }
    job.transfer.reset();
    --under_way_;
    job.due = due;
    schedule_.emplace(due, place->first);
  }

  void forget_quiet() {
    const auto now = Clock::now();
    std::erase_if(quiet_, [now](const auto& entry) { return entry.second <= now; });
  }

  void forget_what_was_tried() {
    std::vector<Key> waiting;
    for (const auto& [key, job] : jobs_)
      if (!job.transfer && (job.tries > 0 || job.due > Clock::now())) waiting.push_back(key);
    for (const Key& key : waiting) finish(jobs_.find(key), {Outcome::late, 0, "the server ends"});
  }

  std::unique_ptr<CURLM, MultiDeleter> multi_;
  std::map<Key, Job> jobs_;
  std::set<std::pair<Clock::time_point, Key>> schedule_;  ///< of jobs that are not under way
  std::map<std::string, Clock::time_point> quiet_;        ///< recipients whose service wants to be left alone
  std::map<CURL*, Key> by_handle_;
  std::size_t under_way_ = 0;
  std::mutex mutex_;
  std::vector<Outgoing> inbox_;
  std::atomic<bool> ending_{false};
  std::thread thread_;  // last: it uses the others
};

Sender::Sender() : loop_(std::make_unique<Loop>()) {}
Sender::~Sender() = default;

void Sender::send(Outgoing outgoing) {
  loop_->send(std::move(outgoing));
}

}  // namespace toopher::server::push
