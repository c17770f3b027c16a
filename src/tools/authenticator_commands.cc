// SPDX-License-Identifier: Apache-2.0
// All commands but `watch`.
#include "tools/authenticator_commands.h"

#include <poll.h>

#include <algorithm>
#include <ctime>
#include <functional>

#include "api/objects.h"
#include "base/deadline.h"
#include "base/text.h"
#include "otp/otp.h"
#include "tools/failure.h"
#include "tools/terminal.h"

namespace toopher::tools {
namespace {

using std::chrono::seconds;

constexpr seconds kLongPoll{50};
constexpr int kRetryMilliseconds = 1000;

/// The first list that `is_enough`, or the last one before the deadline. A server that goes away meanwhile is
/// waited for; one that is away from the start is not.
Pending await_pending(AuthenticatorApi& api, const Deadline& deadline,
                      const std::function<bool(const Pending&)>& is_enough) {
  const SteadyClock clock;
  Pending list = api.pending("", seconds(0));
  while (!is_enough(list) && !deadline.expired(clock)) {
    const auto left = std::chrono::ceil<seconds>(deadline.remaining(clock));
    try {
      list = api.pending(list.version, std::min(kLongPoll, left));
    } catch (const Unreachable& error) {
      complain(std::string(error.what()) + "; trying again");
      ::poll(nullptr, 0, kRetryMilliseconds);
    }
  }
  return list;
}

std::string minutes(seconds time) {
  return std::to_string(std::chrono::ceil<std::chrono::minutes>(time).count()) + " minutes";
}

PendingPairing await_pairing(AuthenticatorApi& api, seconds patience) {
  const SteadyClock clock;
  Pending list = await_pending(api, Deadline::after(clock, patience),
                               [](const Pending& pending) { return !pending.pairings.empty(); });
  if (list.pairings.empty()) throw Failure("Nobody typed the phrase in time. Run pair again for a new one.");
  return std::move(list.pairings.front());
}

/// The pairing that a computer begins by this device's phrase.
PendingPairing pairing_by_phrase(AuthenticatorApi& api) {
  const Phrase phrase = api.new_phrase();
  say("Pairing phrase: " + sanitize_for_display(phrase.words) +
      "\nType it at toopher-pair on the computer that you log in to, within " + minutes(phrase.expires_in) +
      ". Waiting ...\n");
  return await_pairing(api, phrase.expires_in);
}

device::EnrolmentLink read_link(const std::string& text) {
  auto link = device::EnrolmentLink::parse(text);
  if (!link)
    throw UsageError(
        "--link takes the whole link, as https://login.example.org/enrol#..., in quotation marks.");
  return std::move(*link);
}

/// The pairing of the link, which this device joins. What is asked about must have the key that the server has proved.
PendingPairing pairing_by_link(AuthenticatorApi& api, const DeviceState& state,
                               const device::EnrolmentLink& link) {
  const std::string proved = api.join(link, state.agreement_key);
  Pending list = api.pending("", seconds(0));
  const auto joined =
      std::find_if(list.pairings.begin(), list.pairings.end(),
                   [&link](const PendingPairing& pairing) { return pairing.id == link.pairing_id; });
  if (joined == list.pairings.end() || read_shown(*joined).server_key.point() != proved)
    throw Failure(state.origin.text() +
                  " asks about another pairing than that of the link. Nothing was paired.");
  say("This device is \"" + sanitize_for_display(state.name) + "\", with the key fingerprint\n  " +
      device::key_fingerprint(state.signing_key.public_point(), state.agreement_key.public_point()) +
      "\nwhich the computer shows too.\n");
  return std::move(*joined);
}

bool person_allows(bool allowed_already) {
  if (allowed_already) return true;
  LineInput input;
  input.discard_typed();
  for (;;) {
    const std::optional<std::string> typed = ask(input, "Allow this pairing? [y/N] ");
    if (!typed) throw Failure("Not answered: the pairing was neither allowed nor denied.");
    if (const std::optional<bool> answer = yes_or_no(*typed)) return *answer;
  }
}

std::string several(const std::string& what, const std::string& rows) {
  return "There are several " + what + ":\n" + rows;
}

std::string describe(const PendingRequest& request) {
  const ShownRequest shown = read_shown(request);
  return "  " + request.id + "  " + sanitize_for_display(shown.user) + "  " +
         sanitize_for_display(shown.terminal.empty() ? shown.requester : shown.terminal) + "  " +
         sanitize_for_display(shown.action) + "\n";
}

std::vector<PendingRequest> matching(const Pending& pending, const std::string& id) {
  std::vector<PendingRequest> found;
  std::copy_if(pending.requests.begin(), pending.requests.end(), std::back_inserter(found),
               [&](const PendingRequest& request) { return request.id.starts_with(id); });
  return found;
}

PendingRequest choose_request(AuthenticatorApi& api, const CommandOptions& options) {
  const SteadyClock clock;
  const Pending pending = await_pending(api, Deadline::after(clock, options.wait), [&](const Pending& list) {
    return !matching(list, options.id).empty();
  });
  const std::vector<PendingRequest> found = matching(pending, options.id);
  if (found.empty())
    throw Failure(options.id.empty() ? "No request waits for an answer."
                                     : "No request " + options.id + " waits.");
  if (found.size() == 1) return found.front();
  std::string rows;
  for (const PendingRequest& request : found) rows += describe(request);
  throw Failure(several("requests; name the one that is meant", rows));
}

void require_known_pairing(Device& device, const PendingRequest& request) {
  if (!device.knows_pairing(request.pairing_id))
    throw Failure("Request " + request.id + " is for a pairing that this device does not have (" +
                  request.pairing_id + "). It was not answered.");
}

std::string number_for(const ShownRequest& shown, const CommandOptions& options) {
  if (shown.number_digits == 0) {
    if (options.number) throw UsageError("This request asks for no number; leave --number out.");
    return {};
  }
  const std::string question =
      "Number shown beside the login (" + std::to_string(shown.number_digits) + " digits): ";
  LineInput input;
  std::optional<std::string> number = options.number;
  if (!number && input.is_terminal()) number = ask(input, question);
  if (!number || !is_number_of(*number, shown.number_digits))
    throw UsageError("This request asks for the number shown beside the login: give it with --number (" +
                     std::to_string(shown.number_digits) + " digits). It was not answered.");
  return std::move(*number);
}

void check_remember(const PendingRequest& request, int days) {
  if (days <= request.longest_rule) return;
  throw Failure(request.longest_rule == 0
                    ? "This request cannot be remembered; approve it without --remember. It was not answered."
                    : "This request can be remembered for at most " + std::to_string(request.longest_rule) +
                          " days. It was not answered.");
}

int decide(const StateDirectory& directory, const CommandOptions& options, device::Choice choice) {
  Device device = Device::load(directory);
  AuthenticatorApi api = device.connect();
  const PendingRequest request = choose_request(api, options);
  warn_about_clock(api);
  require_known_pairing(device, request);
  const ShownRequest shown = read_shown(request);
  say(render(shown, shown.expires - api.server_now(), request.others_pending));
  check_remember(request, options.remember_days);
  return decide_and_report(api, request, choice,
                           choice == device::Choice::allow ? number_for(shown, options) : "",
                           options.remember_days);
}

std::string row_of(const ServerRule& rule) {
  return "  " + rule.id + "  " + sanitize_for_display(rule.user) + " at " +
         sanitize_for_display(rule.requester) + ": " + sanitize_for_display(rule.action) + " on " +
         sanitize_for_display(rule.terminal) + ", until " + api::api_time(rule.expires) + " UTC\n";
}

int remove_rule(AuthenticatorApi& api, const std::string& beginning) {
  std::vector<ServerRule> found = api.rules();
  std::erase_if(found, [&](const ServerRule& rule) { return !rule.id.starts_with(beginning); });
  if (found.empty()) throw Failure("There is no such rule; toopher-authenticator rules shows all.");
  std::string rows;
  for (const ServerRule& rule : found) rows += row_of(rule);
  if (found.size() > 1) throw Failure(several("rules; name the one that is meant", rows));
  api.remove_rule(found.front().id);
  say("Removed:\n" + rows);
  return exit_status::kOk;
}

std::string row_of(const DevicePairing& pairing) {
  return "  " + pairing.id + "  " + sanitize_for_display(pairing.user) + " at " +
         sanitize_for_display(pairing.requester);
}

const DevicePairing& choose_pairing(const DeviceState& state, const CommandOptions& options) {
  std::vector<const DevicePairing*> found;
  for (const DevicePairing& pairing : state.pairings)
    if (pairing.id.starts_with(options.pairing) && (options.user.empty() || pairing.user == options.user))
      found.push_back(&pairing);
  if (found.empty())
    throw Failure(state.pairings.empty()
                      ? "This device has no pairing yet; begin with: toopher-authenticator pair"
                      : "This device has no such pairing; toopher-authenticator list shows all.");
  if (found.size() == 1) return *found.front();
  std::string rows;
  for (const DevicePairing* pairing : found) rows += row_of(*pairing) + "\n";
  throw Failure(several("pairings; name one with --user or --pairing", rows));
}

std::string status_of(const DevicePairing& pairing, const std::vector<ServerPairing>* at_server) {
  if (at_server == nullptr) return pairing.confirmed ? "" : "  (not confirmed by the server)";
  const auto same = std::find_if(at_server->begin(), at_server->end(),
                                 [&](const ServerPairing& p) { return p.id == pairing.id; });
  if (same == at_server->end()) return "  (removed at the server)";
  return same->deactivated ? "  (deactivated)" : "";
}

/// What the server has; nothing without network, because the list is of use then too.
std::optional<std::vector<ServerPairing>> ask_server(Device& device) {
  AuthenticatorApi api = device.connect();
  try {
    std::vector<ServerPairing> pairings = api.pairings();
    device.settle(pairings);
    return pairings;
  } catch (const Unreachable& error) {
    complain(std::string(error.what()) + "; this is what the device itself knows");
    return std::nullopt;
  }
}

}  // namespace

int run_pair(const StateDirectory& directory, const CommandOptions& options) {
  std::optional<device::EnrolmentLink> link;
  Registration registration = options.registration;
  if (!options.link.empty()) {
    link = read_link(options.link);
    if (registration.server.empty()) registration.server = link->origin;
  }
  Device device = Device::load_or_register(directory, registration);
  AuthenticatorApi api = device.connect();
  const PendingPairing pairing = link ? pairing_by_link(api, device.state(), *link) : pairing_by_phrase(api);
  warn_about_clock(api);
  const ShownPairing shown = read_shown(pairing);
  say("\nA computer asks to be paired with this device:\n" + render(shown, device.state().origin.text()));
  if (!person_allows(options.yes)) {
    (void)api.answer_pairing(pairing, device::Choice::deny);
    say("Denied: nothing was paired.\n");
    return exit_status::kFailed;
  }
  device.allow(api, pairing, shown);
  say("Paired: " + sanitize_for_display(shown.user) + " at " + sanitize_for_display(shown.requester) +
      ".\n"
      "  toopher-authenticator watch    shows logins as they come\n"
      "  toopher-authenticator otp      shows a one-time code, also without network\n");
  return exit_status::kOk;
}

int run_approve(const StateDirectory& directory, const CommandOptions& options) {
  return decide(directory, options, device::Choice::allow);
}

int run_deny(const StateDirectory& directory, const CommandOptions& options) {
  return decide(directory, options, options.not_me ? device::Choice::not_me : device::Choice::deny);
}

int run_otp(const StateDirectory& directory, const CommandOptions& options) {
  const Device device = Device::load(directory);
  const DevicePairing& pairing = choose_pairing(device.state(), options);
  const auto now = static_cast<std::int64_t>(std::time(nullptr));
  const Secret code = otp::totp(pairing.seed, now);
  say(std::string(code.view()) + "\n");
  if (options.quiet) return exit_status::kOk;
  say("valid for " + std::to_string(otp::seconds_left(now)) + " s, " + sanitize_for_display(pairing.user) +
      " at " + sanitize_for_display(pairing.requester) + "\n");
  return exit_status::kOk;
}

int run_list(const StateDirectory& directory, const CommandOptions&) {
  Device device = Device::load(directory);
  const std::optional<std::vector<ServerPairing>> at_server = ask_server(device);
  say("\"" + sanitize_for_display(device.state().name) + "\" at " + device.state().origin.text() + "\n");
  if (device.state().pairings.empty()) say("  no pairings yet\n");
  for (const DevicePairing& pairing : device.state().pairings)
    say(row_of(pairing) + status_of(pairing, at_server ? &*at_server : nullptr) + "\n");
  return exit_status::kOk;
}

int run_rules(const StateDirectory& directory, const CommandOptions& options) {
  const Device device = Device::load(directory);
  AuthenticatorApi api = device.connect();
  if (!options.words.empty()) {
    if (options.words.front() != "remove" || options.words.size() != 2)
      throw UsageError("rules takes nothing, or: remove ID (see --help).");
    return remove_rule(api, to_lower_ascii(options.words.back()));
  }
  const std::vector<ServerRule> rules = api.rules();
  if (rules.empty()) say("Nothing is allowed without asking.\n");
  for (const ServerRule& rule : rules) say(row_of(rule));
  return exit_status::kOk;
}

int run_pending(const StateDirectory& directory, const CommandOptions&) {
  const Device device = Device::load(directory);
  AuthenticatorApi api = device.connect();
  const Pending pending = api.pending("", seconds(0));
  warn_about_clock(api);
  if (pending.requests.empty() && pending.pairings.empty()) say("Nothing waits for an answer.\n");
  for (const PendingPairing& pairing : pending.pairings)
    say("Pairing " + pairing.id + " (answer it with pair or watch)\n" +
        render(read_shown(pairing), device.state().origin.text()));
  for (const PendingRequest& request : pending.requests) {
    const ShownRequest shown = read_shown(request);
    say("Request " + request.id + "\n" +
        render(shown, shown.expires - api.server_now(), request.others_pending));
  }
  return exit_status::kOk;
}

}  // namespace toopher::tools
