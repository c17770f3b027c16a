// SPDX-License-Identifier: Apache-2.0
#include "helper/offline_codes.h"

#include <limits.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

#include "api/approved_action.h"
#include "api/reason.h"
#include "base/random.h"
#include "helper/answers.h"

namespace toopher::helper {
namespace {

/// Together below the time that a caller gives a helper after it hung up.
constexpr Clock::Duration kAskAboutPairing{600};
constexpr Clock::Duration kBookkeeping{300};

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "this computer";
}

/// 601, 704, 705, 707: whom the server would not let log in has no codes either.
bool revokes(client::RefusalKind kind) {
  return kind == client::RefusalKind::unpaired || kind == client::RefusalKind::disabled ||
         kind == client::RefusalKind::deactivated || kind == client::RefusalKind::not_authorized;
}

Message wrong(int reason) {
  return Message(verb::kDenied).set("reason", std::to_string(reason));
}

/// The disk is the administrator's affair, as a wrong file is.
Message reason_of_no_grant() {
  try {
    throw;
  } catch (const offline::StateError& error) {
    return failed(failure::kConfig, error.what());
  } catch (const std::exception& error) {
    return failed(failure::kInternal, error.what());
  }
}

}  // namespace

template <class Result>
void OfflineCodes::hear(const std::string& user, const Result& result) {
  if (store_ == nullptr || std::holds_alternative<client::Abandoned>(result)) return;
  const auto* failed = std::get_if<client::Failed>(&result);
  if (failed != nullptr && failed->kind == client::FailureKind::unreachable) {
    unreachable_ = true;
    return;
  }
  answered_ = true;
  if (const auto* granted = std::get_if<client::Granted>(&result)) note_grant(user, *granted);
  if constexpr (std::is_same_v<Result, client::InitiateResult>) {
    const auto* refused = std::get_if<client::Refused>(&result);
    if (refused != nullptr && revokes(refused->kind)) revoke(user);
  }
}

template void OfflineCodes::hear(const std::string&, const client::InitiateResult&);
template void OfflineCodes::hear(const std::string&, const client::WaitResult&);

void OfflineCodes::note_grant(const std::string& user, const client::Granted& granted) {
  // A rule of the server is nobody's word.
  if (!request_.empty() && granted.id == request_ && !granted.automated) approved_by_ = granted.pairing_id;
  if (!user.empty()) unsettled_ = Grant{user, granted.pairing_id};
}

void OfflineCodes::revoke(const std::string& user) const {
  if (user.empty()) return;
  try {
    store_->remove(user, Deadline::after(clock_, kBookkeeping));
  } catch (const std::exception&) {
    // The login is refused all the same, and the codes age. The next contact tries again.
  }
}

void OfflineCodes::settle() {
  if (!unsettled_) return;
  const Grant grant = std::move(*unsettled_);
  unsettled_.reset();
  try {
    const std::string stands_on = store_->pairing_of(grant.user);
    if (stands_on.empty()) return;
    if (stands_on != grant.pairing_id) {
      // Another phone, or a recovery code: whether the pairing is still good is asked.
      const auto state = api_.wait_pairing(stands_on, Deadline::after(clock_, kAskAboutPairing), {});
      const auto* failed = std::get_if<client::Failed>(&state);
      const bool gone = failed != nullptr && failed->kind == client::FailureKind::rejected;
      if (gone || std::holds_alternative<client::Denied>(state)) return revoke(grant.user);
      if (!std::holds_alternative<client::Paired>(state)) return;
    }
    store_->confirm(grant.user, stands_on, Deadline::after(clock_, kBookkeeping));
  } catch (const std::exception&) {
    // What was not confirmed counts for a shorter time.
  }
}

void OfflineCodes::offer(const std::string& user, Message& answer) const {
  const bool says_so = answer.is(verb::kFailed) && answer.get("kind") == failure::kUnreachable;
  if (store_ == nullptr || user.empty() || !says_so || !no_server()) return;
  try {
    const std::size_t left = store_->left(user);
    if (left > 0) answer.set("offline", std::to_string(left));
  } catch (const std::exception& error) {
    answer = failed(failure::kUnreachable, std::string(answer.get("text")) + "; " + error.what());
  }
}

client::Login OfflineCodes::approval_of(client::Login login) {
  const std::string host = host_name();
  login.action = std::string(api::approved_action::kNewOfflineCodesFor) + host;
  login.terminal = host;
  login.terminal_extra.clear();
  login.automation_allowed = false;
  return login;
}

Message OfflineCodes::not_kept() {
  return failed(failure::kConfig,
                "this computer keeps no offline codes; see offline-codes in toopher.conf(5)");
}

Message OfflineCodes::make(const std::string& user, const Deadline& deadline) {
  if (store_ == nullptr) return not_kept();
  const std::string pairing = std::exchange(approved_by_, {});
  if (user.empty() || !is_uuid(pairing))
    return failed(failure::kInternal, "the server does not say whose phone approved the codes");
  try {
    Secret shown;
    for (const Secret& code : store_->make(user, pairing, deadline)) {
      if (!shown.empty()) shown.append(" ");
      shown.append(code.view());
    }
    return Message(verb::kOfflineCodes).set("codes", shown.view());
  } catch (...) {
    return reason_of_no_grant();
  }
}

Message OfflineCodes::spend(const std::string& user, const OneTimeCode& code,
                            const Deadline& deadline) const {
  if (store_ == nullptr || user.empty() || !no_server())
    return failed(failure::kInternal, "an offline code counts only while no server can be reached");
  try {
    const offline::Spent spent = store_->spend(user, code.digits(), deadline);
    switch (spent.verdict) {
      case offline::Verdict::right:
        return Message(verb::kGranted).set("left", std::to_string(spent.left));
      case offline::Verdict::wrong:
        return wrong(api::reason::kInvalidCode);
      case offline::Verdict::locked:
      case offline::Verdict::unusable:
        break;
    }
    return wrong(api::reason::kCodesLocked);
  } catch (...) {
    return reason_of_no_grant();
  }
}

}  // namespace toopher::helper
