// SPDX-License-Identifier: Apache-2.0
#include "offline/store.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "base/text.h"

namespace toopher::offline {
namespace {

/// A full set is a fourth of it.
constexpr std::size_t kMaxBytes = 4096;
constexpr std::int64_t kConfirmEvery = 3600;  // seconds

/// Percent-encoded, a name holds no slash; with the suffix it is neither `.` nor `..`.
std::string file_of(const std::string& user) {
  return percent_encode(user) + ".codes";
}
std::string lock_of(const std::string& user) {
  return percent_encode(user) + ".lock";
}

std::int64_t now() {
  return std::time(nullptr);
}

std::vector<std::string>::iterator matching(CodeSet& set, std::string_view hash) {
  return std::find_if(set.hashes.begin(), set.hashes.end(),
                      [hash](const std::string& one) { return equal_in_constant_time(one, hash); });
}

}  // namespace

std::optional<CodeSet> Store::load(const std::string& user) const {
  const auto text = directory_.read(file_of(user), kMaxBytes);
  if (!text) return std::nullopt;
  auto set = from_text(text->view());
  if (!set || set->user != user)
    throw StateError(file_of(user) + " among the offline codes is damaged; remove it");
  return set;
}

UniqueFd Store::lock(const std::string& user, const Deadline& deadline) const {
  return directory_.lock(lock_of(user), deadline, clock_);
}

void Store::save(const CodeSet& set) const {
  directory_.replace(file_of(set.user), to_text(set));
}

std::size_t Store::left(const std::string& user) const {
  const auto set = load(user);
  return set && is_usable(*set, now(), max_age_) ? set->hashes.size() : 0;
}

Spent Store::spend(const std::string& user, std::string_view digits, const Deadline& deadline) const {
  const auto seen = load(user);
  if (!seen) return {};
  // Before the lock, so that it is held for moments only.
  const std::string hash = hash_code(digits, seen->salt);
  const UniqueFd locked = lock(user, deadline);
  auto set = load(user);
  // cppcheck-suppress identicalConditionAfterEarlyExit // somebody else may have removed it before the lock
  if (!set || set->salt != seen->salt) return {};
  if (!is_usable(*set, now(), max_age_))
    return {set->wrong >= kMaxWrong ? Verdict::locked : Verdict::unusable, 0};
  const auto code = matching(*set, hash);
  const bool right = code != set->hashes.end();
  if (right) set->hashes.erase(code);
  set->wrong = right ? 0 : set->wrong + 1;
  save(*set);
  return {right ? Verdict::right : Verdict::wrong, set->hashes.size()};
}

std::vector<Secret> Store::make(const std::string& user, const std::string& pairing_id,
                                const Deadline& deadline) const {
  NewCodes made = make_codes(user, pairing_id, now());
  const UniqueFd locked = lock(user, deadline);
  save(made.set);
  return std::move(made.codes);
}

std::string Store::pairing_of(const std::string& user) const {
  const auto set = load(user);
  return set ? set->pairing_id : std::string();
}

void Store::confirm(const std::string& user, const std::string& pairing_id, const Deadline& deadline) const {
  const auto is_fresh = [](const CodeSet& set) {
    return set.wrong == 0 && set.confirmed <= now() && set.confirmed > now() - kConfirmEvery;
  };
  auto set = load(user);
  if (!set || set->pairing_id != pairing_id || is_fresh(*set)) return;
  const UniqueFd locked = lock(user, deadline);
  set = load(user);
  if (!set || set->pairing_id != pairing_id) return;
  set->confirmed = now();
  set->wrong = 0;
  save(*set);
}

void Store::remove(const std::string& user, const Deadline& deadline) const {
  if (!directory_.has(file_of(user))) return;
  const UniqueFd locked = lock(user, deadline);
  directory_.remove(file_of(user));
}

}  // namespace toopher::offline
