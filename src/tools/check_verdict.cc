// SPDX-License-Identifier: Apache-2.0
#include "tools/check_verdict.h"

#include <security/_pam_types.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "tools/check_dispatch.h"

namespace toopher::tools {
namespace {

/// What a module is in a login.
enum class Role {
  toopher,
  password,   ///< asks for a password
  factor,     ///< asks for something else
  condition,  ///< succeeds or fails by circumstances; so does every module that is not known here
  root,       ///< succeeds for root
  chore,      ///< succeeds or says "ignore", whoever logs in
  permit,
  deny,
};

struct Known {
  std::string_view name;
  Role role;
};
constexpr std::array<Known, 44> kKnown{{
    {kModuleName, Role::toopher},
    {"pam_permit.so", Role::permit},
    {"pam_deny.so", Role::deny},
    {"pam_rootok.so", Role::root},
    {"pam_unix.so", Role::password},
    {"pam_unix_auth.so", Role::password},
    {"pam_sss.so", Role::password},
    {"pam_ldap.so", Role::password},
    {"pam_krb5.so", Role::password},
    {"pam_winbind.so", Role::password},
    {"pam_userdb.so", Role::password},
    {"pam_systemd_home.so", Role::password},
    {"pam_radius_auth.so", Role::password},
    {"pam_tacplus.so", Role::password},
    {"pam_himmelblau.so", Role::password},
    {"pam_google_authenticator.so", Role::factor},
    {"pam_oath.so", Role::factor},
    {"pam_u2f.so", Role::factor},
    {"pam_duo.so", Role::factor},
    {"pam_yubico.so", Role::factor},
    {"pam_fprintd.so", Role::factor},
    {"pam_pkcs11.so", Role::factor},
    {"pam_p11.so", Role::factor},
    {"pam_ssh_agent_auth.so", Role::factor},
    {"pam_env.so", Role::chore},
    {"pam_faildelay.so", Role::chore},
    {"pam_cap.so", Role::chore},
    {"pam_group.so", Role::chore},
    {"pam_mount.so", Role::chore},
    {"pam_nologin.so", Role::chore},
    {"pam_shells.so", Role::chore},
    {"pam_securetty.so", Role::chore},
    {"pam_faillock.so", Role::permit},
    {"pam_tally2.so", Role::chore},
    {"pam_keyinit.so", Role::chore},
    {"pam_selinux_permit.so", Role::chore},
    {"pam_sepermit.so", Role::chore},
    {"pam_gnome_keyring.so", Role::chore},
    {"pam_kwallet5.so", Role::chore},
    {"pam_ecryptfs.so", Role::chore},
    {"pam_warn.so", Role::chore},
    {"pam_echo.so", Role::chore},
    {"pam_issue.so", Role::chore},
    {"pam_lastlog.so", Role::chore},
}};

Role role_of(const StackLine& line) {
  const auto name = line.module_name();
  // Counts a failure, and never lets in.
  const bool counts = name == "pam_faillock.so" && std::find(line.arguments.begin(), line.arguments.end(),
                                                             "authfail") != line.arguments.end();
  if (counts) return Role::deny;
  for (const Known& known : kKnown)
    if (known.name == name) return known.role;
  return Role::condition;
}

/// The answers with which the module denies.
struct Refusal {
  int code;
  std::string_view words;
};
constexpr std::array<Refusal, 5> kRefusals{
    {{PAM_MAXTRIES, "was denied on the phone"},
     {PAM_AUTHINFO_UNAVAIL, "could not be asked because no server answers"},
     {PAM_SERVICE_ERR, "could not be asked because a file is wrong"},
     {PAM_ABORT, "gave up"},
     {PAM_MODULE_UNKNOWN, "could not be asked because the module is missing"}}};

/// How a module says that a password or another factor was not right: a control may name any of these.
constexpr std::array<int, 3> kWrong{PAM_AUTH_ERR, PAM_USER_UNKNOWN, PAM_AUTHINFO_UNAVAIL};

/// One answer for each line that may have two.
using Assignment = std::uint32_t;
constexpr std::size_t kMostChoices = 12;

/// A stack whose lines are sorted by what they are.
class Trials {
 public:
  explicit Trials(const Stack& stack, int wrong = PAM_AUTH_ERR) : stack_(stack), wrong_(wrong) {
    for (const StackLine& line : stack.lines) {
      const Role role = role_of(line);
      roles_[&line] = role;
      const bool two_answers = role == Role::password || role == Role::factor || role == Role::condition ||
                               role == Role::root || role == Role::chore;
      if (line.kind == StackLine::Kind::module && two_answers) choices_.push_back(&line);
    }
  }

  [[nodiscard]] bool too_long() const { return choices_.size() > kMostChoices; }
  [[nodiscard]] const std::vector<const StackLine*>& choices() const { return choices_; }
  [[nodiscard]] Role role(const StackLine& line) const { return roles_.at(&line); }
  [[nodiscard]] Assignment end() const { return Assignment{1} << choices_.size(); }

  /// Whether every line of that role gives its good answer (or its other one).
  [[nodiscard]] bool all(Assignment assignment, Role role, bool good) const {
    for (std::size_t i = 0; i < choices_.size(); ++i)
      if (this->role(*choices_[i]) == role && is_good(assignment, i) != good) return false;
    return true;
  }
  [[nodiscard]] static bool is_good(Assignment assignment, std::size_t choice) {
    return ((assignment >> choice) & 1U) != 0;
  }

  struct Result {
    int code;
    bool asked;  ///< the module was called
    [[nodiscard]] bool in() const { return code == PAM_SUCCESS; }
  };
  [[nodiscard]] Result run(Assignment assignment, int module_code) const {
    const Dispatched done =
        dispatch(stack_, [&](const StackLine& line) { return answer(line, assignment, module_code); });
    const bool asked = std::any_of(done.consulted.begin(), done.consulted.end(),
                                   [this](std::size_t i) { return role(stack_.lines[i]) == Role::toopher; });
    return {done.code, asked};
  }
  /// Whether `test` holds for some assignment.
  template <class Test>
  [[nodiscard]] bool some(Test test) const {
    for (Assignment assignment = 0; assignment < end(); ++assignment)
      if (test(assignment)) return true;
    return false;
  }

 private:
  [[nodiscard]] int answer(const StackLine& line, Assignment assignment, int module_code) const {
    const Role role = this->role(line);
    if (role == Role::toopher) return module_code;
    if (role == Role::permit) return PAM_SUCCESS;
    if (role == Role::deny) return PAM_AUTH_ERR;
    const auto choice = std::find(choices_.begin(), choices_.end(), &line) - choices_.begin();
    if (is_good(assignment, static_cast<std::size_t>(choice))) return PAM_SUCCESS;
    if (role == Role::password || role == Role::factor) return wrong_;
    return role == Role::chore ? PAM_IGNORE : PAM_AUTH_ERR;
  }

  const Stack& stack_;
  int wrong_;
  std::map<const StackLine*, Role> roles_;
  std::vector<const StackLine*> choices_;
};

bool right_passwords(const Trials& trials, Assignment assignment) {
  return trials.all(assignment, Role::password, true) && trials.all(assignment, Role::factor, true);
}

bool nothing_right(const Trials& trials, Assignment assignment) {
  return trials.all(assignment, Role::password, false) && trials.all(assignment, Role::factor, false) &&
         trials.all(assignment, Role::root, false);
}

void find_refusals(const Trials& trials, StackVerdict& verdict) {
  for (const Refusal& refusal : kRefusals) {
    const auto gets_in = [&](Assignment assignment) {
      const auto result = trials.run(assignment, refusal.code);
      return result.asked && result.in();
    };
    if (!trials.some(gets_in)) continue;
    verdict.refused_get_in.emplace_back(refusal.words);
    verdict.refused_need_password = !trials.some(
        [&](Assignment assignment) { return nothing_right(trials, assignment) && gets_in(assignment); });
  }
}

std::string named(const StackLine& line) {
  return std::string(line.module_name()) + " (" + line.where() + ")";
}

/// Lines of one password among several that lets in unasked, though the same circumstances with another one ask.
std::vector<std::string> passwords_past(const Trials& trials) {
  Assignment secrets = 0;
  for (std::size_t i = 0; i < trials.choices().size(); ++i) {
    const Role role = trials.role(*trials.choices()[i]);
    if (role == Role::password || role == Role::factor) secrets |= Assignment{1} << i;
  }
  std::vector<bool> unasked(trials.end());
  std::vector<bool> others_asked(trials.end());  // by circumstances
  for (Assignment assignment = 0; assignment < trials.end(); ++assignment) {
    const auto result = trials.run(assignment, PAM_SUCCESS);
    unasked[assignment] = result.in() && !result.asked && trials.all(assignment, Role::root, false);
    if (result.in() && result.asked) others_asked[assignment & ~secrets] = true;
  }
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < trials.choices().size(); ++i) {
    if (trials.role(*trials.choices()[i]) != Role::password) continue;
    const bool skips = trials.some([&](Assignment assignment) {
      return Trials::is_good(assignment, i) && unasked[assignment] &&
             !unasked[assignment ^ (Assignment{1} << i)] && others_asked[assignment & ~secrets];
    });
    if (skips) lines.push_back(named(*trials.choices()[i]));
  }
  return lines;
}

/// Lines that decide by themselves whether somebody who gets in was asked.
std::vector<std::string> deciders(const Trials& trials) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < trials.choices().size(); ++i) {
    const StackLine& line = *trials.choices()[i];
    if (trials.role(line) != Role::condition && trials.role(line) != Role::root) continue;
    const bool decides = trials.some([&](Assignment assignment) {
      if (!right_passwords(trials, assignment)) return false;
      const auto one = trials.run(assignment, PAM_SUCCESS);
      const auto other = trials.run(assignment ^ (Assignment{1} << i), PAM_SUCCESS);
      return one.in() && other.in() && one.asked != other.asked;
    });
    if (decides) lines.push_back(named(line));
  }
  return lines;
}

/// Whether the module's answer `code` lets in where nothing else was right.
bool suffices(const Stack& stack, int code) {
  return std::any_of(kWrong.begin(), kWrong.end(), [&](int wrong) {
    const Trials trials(stack, wrong);
    return trials.some([&](Assignment assignment) {
      if (!nothing_right(trials, assignment)) return false;
      const auto result = trials.run(assignment, code);
      return result.asked && result.in();
    });
  });
}

bool is_open(const Trials& trials, int code) {
  return trials.some([&](Assignment assignment) {
    return trials.all(assignment, Role::root, false) && trials.run(assignment, code).in();
  });
}

}  // namespace

std::vector<const StackLine*> module_lines(const Stack& stack) {
  std::vector<const StackLine*> lines;
  for (const StackLine& line : stack.lines)
    if (line.kind == StackLine::Kind::module && line.module_name() == kModuleName) lines.push_back(&line);
  return lines;
}

StackVerdict judge(const Stack& stack) {
  const Trials trials(stack);
  StackVerdict verdict;
  verdict.too_long = trials.too_long();
  if (verdict.too_long) return verdict;
  for (const StackLine* line : trials.choices())
    verdict.has_password = verdict.has_password || trials.role(*line) == Role::password;
  verdict.reachable =
      trials.some([&](Assignment assignment) { return trials.run(assignment, PAM_SUCCESS).asked; });
  const auto asked_in = [&](Assignment assignment) {
    const auto result = trials.run(assignment, PAM_SUCCESS);
    return right_passwords(trials, assignment) && result.in() && result.asked;
  };
  verdict.never_with_password = verdict.reachable && !trials.some(asked_in);
  verdict.depends_on = deciders(trials);
  if (!verdict.never_with_password) verdict.passwords_past_it = passwords_past(trials);
  find_refusals(trials, verdict);
  verdict.exempt_locked_out = trials.some([&](Assignment assignment) {
    return asked_in(assignment) && !trials.run(assignment, PAM_IGNORE).in();
  });
  verdict.exempt_need_nothing = suffices(stack, PAM_IGNORE);
  verdict.approval_suffices = suffices(stack, PAM_SUCCESS);
  verdict.open_when_broken = is_open(trials, PAM_SERVICE_ERR) && is_open(trials, PAM_MODULE_UNKNOWN);
  return verdict;
}

int best_outcome(const Stack& stack, int code) {
  const Trials trials(stack);
  const Assignment all_good = trials.too_long() ? 0 : trials.end() - 1;
  const auto asked_in = [&](Assignment assignment) {
    const auto result = trials.run(assignment, code);
    return result.asked && result.in();
  };
  if (!trials.too_long() && trials.some(asked_in)) return PAM_SUCCESS;
  return trials.run(all_good, code).code;
}

}  // namespace toopher::tools
