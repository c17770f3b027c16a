// SPDX-License-Identifier: Apache-2.0
// `watch`: what waits for an answer is shown as it comes, while one long poll is open and the terminal is
// read.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <variant>

#include "base/deadline.h"
#include "base/text.h"
#include "tools/authenticator_commands.h"
#include "tools/failure.h"
#include "tools/terminal.h"

namespace toopher::tools {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kLongPoll{50};
constexpr milliseconds kFirstRetry{500};
constexpr milliseconds kLastRetry{15000};
/// What is typed so soon after one question took another's place was meant for the first one.
constexpr milliseconds kReplacedQuestionPause{1000};

struct RequestQuestion {
  PendingRequest request;
  ShownRequest shown;
  bool asks_number = false;
};
struct PairingQuestion {
  PendingPairing pairing;
  ShownPairing shown;
};
using Question = std::variant<RequestQuestion, PairingQuestion>;

const std::string& id_of(const Question& question) {
  if (const auto* request = std::get_if<RequestQuestion>(&question)) return request->request.id;
  return std::get<PairingQuestion>(question).pairing.id;
}

bool lists(const Pending& list, const std::string& id) {
  const auto same = [&](const auto& item) { return item.id == id; };
  return std::any_of(list.requests.begin(), list.requests.end(), same) ||
         std::any_of(list.pairings.begin(), list.pairings.end(), same);
}

class Watch {
 public:
  explicit Watch(const StateDirectory& directory)
      : device_(Device::load(directory)),
        poll_(device_.connect()),
        calls_(device_.connect()),
        heed_from_(clock_.now()),
        retry_at_(clock_.now()) {}

  int run();

 private:
  std::optional<Pending> wait_for_news();
  void note_unreachable(const std::string& why);
  void note_reachable();
  void update(Pending list);
  void ask_next();
  bool ask_about(const PendingPairing& pairing);
  bool ask_about(const PendingRequest& request);
  void prompt();
  [[nodiscard]] bool input_is_readable() const;
  /// False at the end of the input.
  bool take_input();
  void take_answer(const std::string& typed);
  void answer(RequestQuestion& question, const std::string& typed);
  void answer(PairingQuestion& question, const std::string& typed);
  void send(const RequestQuestion& question, device::Choice choice, const std::string& number);
  /// Whatever `action` throws but Unreachable ends the question too.
  template <typename Action>
  void conclude(const std::string& id, Action action);

  SteadyClock clock_;
  SignalWatch signals_;
  LineInput input_;
  Device device_;
  AuthenticatorApi poll_;
  AuthenticatorApi calls_;
  Pending list_;
  std::set<std::string> settled_;  ///< ids that are not asked about (again)
  std::optional<Question> question_;
  Clock::TimePoint heed_from_;
  Clock::TimePoint retry_at_;
  milliseconds retry_after_{0};  ///< 0: the server is reachable
  bool first_list_ = true;
};

int Watch::run() {
  say("Watching " + device_.state().origin.text() + " for logins. Ctrl-C ends.\n");
  for (;;) {
    std::optional<Pending> news = wait_for_news();
    if (signals_.came()) break;
    if (news) update(std::move(*news));
    if (input_is_readable() && !take_input()) break;
  }
  say("\n");
  return exit_status::kOk;
}

std::optional<Pending> Watch::wait_for_news() {
  const std::vector<int> descriptors = {signals_.fd(), input_.fd()};
  const Deadline retry(retry_at_);
  try {
    if (!poll_.is_waiting() && retry.expired(clock_)) poll_.start_pending(list_.version, kLongPoll);
    const milliseconds at_most = poll_.is_waiting() ? milliseconds(60000) : retry.remaining(clock_);
    std::optional<Pending> news = poll_.wait_pending(descriptors, at_most);
    if (news) note_reachable();
    return news;
  } catch (const Unreachable& error) {
    note_unreachable(error.what());
    return std::nullopt;
  }
}

void Watch::note_unreachable(const std::string& why) {
  if (retry_after_ == milliseconds(0)) {
    say("\n");
    complain(why + "; trying again");
    if (question_) prompt();
  }
  // The next poll is answered at once, and not held until the list that was known changes.
  list_.version.clear();
  retry_after_ = std::clamp(retry_after_ * 2, kFirstRetry, kLastRetry);
  retry_at_ = clock_.now() + retry_after_;
}

void Watch::note_reachable() {
  if (retry_after_ != milliseconds(0)) say(device_.state().origin.text() + " is reachable again.\n");
  retry_after_ = milliseconds(0);
  if (first_list_) warn_about_clock(poll_);
  first_list_ = false;
}

void Watch::update(Pending list) {
  list_ = std::move(list);
  std::erase_if(settled_, [&](const std::string& id) { return !lists(list_, id); });
  const bool is_over = question_ && !lists(list_, id_of(*question_));
  if (is_over) {
    say("\nThis is over: it expired, was withdrawn, or was answered elsewhere.\n");
    question_.reset();
    heed_from_ = clock_.now() + kReplacedQuestionPause;
  }
  if (!question_) ask_next();
}

void Watch::ask_next() {
  const auto ask_first = [&](const auto& items) {
    return std::any_of(items.begin(), items.end(),
                       [&](const auto& item) { return !settled_.contains(item.id) && ask_about(item); });
  };
  if (!ask_first(list_.pairings) && !ask_first(list_.requests)) return;
  input_.discard_typed();
  prompt();
}

bool Watch::ask_about(const PendingPairing& pairing) {
  try {
    PairingQuestion question{pairing, read_shown(pairing)};
    say("\nA computer asks to be paired with this device:\n" +
        render(question.shown, device_.state().origin.text()));
    question_.emplace(std::move(question));
    return true;
  } catch (const Failure& error) {
    complain(error.what());
    settled_.insert(pairing.id);
    return false;
  }
}

bool Watch::ask_about(const PendingRequest& request) {
  try {
    if (!device_.knows_pairing(request.pairing_id))
      throw Failure("Request " + request.id + " is for a pairing that this device does not have.");
    RequestQuestion question{request, read_shown(request)};
    say(std::string(::isatty(STDOUT_FILENO) == 1 ? "\a" : "") + "\nSomebody asks for your approval:\n" +
        render(question.shown, question.shown.expires - poll_.server_now(), request.others_pending));
    question_.emplace(std::move(question));
    return true;
  } catch (const Failure& error) {
    complain(error.what());
    settled_.insert(request.id);
    return false;
  }
}

void Watch::prompt() {
  const auto* request = std::get_if<RequestQuestion>(&*question_);
  if (request == nullptr)
    say("Allow this pairing? [y/N] ");
  else if (request->asks_number)
    say("Number shown beside the login (" + std::to_string(request->shown.number_digits) +
        " digits, n denies): ");
  else
    say("Allow? [y/N/!] (!: this was not me) ");
}

bool Watch::input_is_readable() const {
  pollfd polled{input_.fd(), POLLIN, 0};
  return ::poll(&polled, 1, 0) > 0;
}

bool Watch::take_input() {
  LineInput::Read read = input_.take_line();
  while (read.status == LineInput::Status::line) {
    if (question_) take_answer(read.line);
    read = input_.take_buffered_line();
  }
  return read.status != LineInput::Status::end;
}

void Watch::take_answer(const std::string& typed) {
  if (clock_.now() < heed_from_) {
    prompt();
    return;
  }
  Question question = std::move(*question_);
  question_.reset();
  std::visit([&](auto& asked) { answer(asked, typed); }, question);
}

void Watch::answer(RequestQuestion& question, const std::string& typed) {
  const std::optional<bool> decided = yes_or_no(typed);
  const bool number_typed = question.asks_number && is_number_of(typed, question.shown.number_digits);
  if (typed == "!") return send(question, device::Choice::not_me, "");
  if (number_typed) return send(question, device::Choice::allow, typed);
  const bool says_no = decided.has_value() && !*decided;
  if (says_no && !(question.asks_number && typed.empty())) return send(question, device::Choice::deny, "");
  if (decided.value_or(false) && question.shown.number_digits == 0)
    return send(question, device::Choice::allow, "");
  question.asks_number |= decided.value_or(false);
  question_.emplace(std::move(question));
  prompt();
}

void Watch::answer(PairingQuestion& question, const std::string& typed) {
  const std::optional<bool> allowed = yes_or_no(typed);
  if (!allowed) {
    question_.emplace(std::move(question));
    return prompt();
  }
  conclude(question.pairing.id, [&] {
    if (*allowed)
      device_.allow(calls_, question.pairing, question.shown);
    else
      (void)calls_.answer_pairing(question.pairing, device::Choice::deny);
    say(*allowed ? "Paired.\n" : "Denied: nothing was paired.\n");
  });
}

void Watch::send(const RequestQuestion& question, device::Choice choice, const std::string& number) {
  conclude(question.request.id, [&] { decide_and_report(calls_, question.request, choice, number); });
}

template <typename Action>
void Watch::conclude(const std::string& id, Action action) {
  try {
    settled_.insert(id);
    action();
  } catch (const Unreachable& error) {
    complain(error.what());
    settled_.erase(id);
  } catch (const Failure& error) {
    complain(error.what());
  }
  ask_next();
}

}  // namespace

int run_watch(const StateDirectory& directory, const CommandOptions&) {
  return Watch(directory).run();
}

}  // namespace toopher::tools
