// SPDX-License-Identifier: Apache-2.0
#include "tools/check_services.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "base/file.h"
#include "base/text.h"
#include "config/config.h"
#include "tools/check_installation.h"

namespace toopher::tools {
namespace {

/// Services through which people come in, as distributions name them.
constexpr std::array<std::string_view, 13> kWaysIn{"login",  "sshd",    "gdm-password", "gdm",  "lightdm",
                                                   "sddm",   "xdm",     "lxdm",         "slim", "kde",
                                                   "greetd", "cockpit", "remote"};
/// Programs that lock a screen without privileges.
constexpr std::array<std::string_view, 10> kUnprivileged{
    "kde",      "kscreensaver", "xscreensaver",         "i3lock",           "swaylock",
    "hyprlock", "gtklock",      "cinnamon-screensaver", "mate-screensaver", "xfce4-screensaver"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Files that distributions keep for inclusion only.
bool is_only_included(std::string_view name) {
  return name.starts_with("common-") || name.ends_with("-auth") || name == "postlogin";
}

std::string joined(const std::vector<std::string>& words, std::string_view last = ", ") {
  std::string result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) result += i + 1 == words.size() ? std::string(last) : ", ";
    result += words[i];
  }
  return result;
}

std::string where_module(const Stack& stack) {
  return module_lines(stack).front()->where();
}

bool is_sound(const StackVerdict& verdict) {
  return !verdict.too_long && verdict.reachable && !verdict.never_with_password &&
         verdict.refused_get_in.empty() && !verdict.exempt_locked_out;
}

/// Advice that helps: it is tried out before it is given.
std::string let_exempt_in(const Stack& stack) {
  Stack with_permit = stack;
  StackLine permit;
  permit.module = "pam_permit.so";
  (void)parse_control("required", permit.actions);
  with_permit.lines.push_back(permit);
  if (is_sound(judge(with_permit)))
    return "Put \"auth required pam_permit.so\" below all other auth lines (" + stack.lines.back().file +
           ").";
  Stack required = stack;
  for (StackLine& line : required.lines)
    if (line.module_name() == kModuleName) (void)parse_control("required", line.actions);
  if (is_sound(judge(required)))
    return "Write \"auth required pam_toopher.so\" in " + where_module(stack) + ".";
  return "Arrange the stack as in the examples of pam_toopher(8); the module is in " + where_module(stack) +
         ".";
}

/// What is to be said about one service. The name is put before it later, for all services of which the same is true.
class Judgement {
 public:
  Judgement(const std::string& name, const Service& service)
      : sshd_(name == "sshd"), stack_(service.auth), verdict_(service.verdict) {}

  std::vector<Finding> findings() {
    if (verdict_.too_long) {
      add(Severity::warning, "the stack has too many modules with two answers to be tried out",
          "Try it with toopher-check --login.");
      return std::move(findings_);
    }
    if (stack_.unusable)
      add(Severity::error, "libpam gives up on its files, and denies everybody",
          "Mend the line that is named above.");
    else if (!verdict_.reachable)
      add(Severity::error, "pam_toopher is never called",
          "Look at the lines above " + where_module(stack_) + ".");
    say_who_is_asked();
    say_who_is_refused();
    say_who_is_exempt();
    if (std::none_of(findings_.begin(), findings_.end(),
                     [](const Finding& finding) { return finding.severity == Severity::error; }))
      add(Severity::ok, "a refusal keeps out, and exempt users get in", {});
    return std::move(findings_);
  }

 private:
  void add(Severity severity, std::string what, std::string what_to_do) {
    findings_.push_back({Area::services, severity, std::move(what), std::move(what_to_do)});
  }

  void say_who_is_asked() {
    if (verdict_.never_with_password)
      add(Severity::error, "a right password ends the stack before pam_toopher is called, so nobody is asked",
          "Write \"required\" for the line of the password, above " + where_module(stack_) + ".");
    if (!verdict_.passwords_past_it.empty())
      add(Severity::warning,
          "whoever has a password of " + joined(verdict_.passwords_past_it, " or ") +
              " gets in without being asked",
          "Let that line go on to pam_toopher, as the others do, if that is not meant.");
    if (!verdict_.depends_on.empty())
      add(Severity::info, "whether somebody is asked depends on " + joined(verdict_.depends_on, " and "), {});
  }

  void say_who_is_refused() {
    if (verdict_.refused_get_in.empty()) return;
    const std::string who = "somebody who " + joined(verdict_.refused_get_in, " or ");
    add(Severity::error,
        verdict_.refused_need_password ? who + " gets in with a password or another factor alone"
                                       : who + " gets in nevertheless",
        "Write \"required\" or \"requisite\" for " + where_module(stack_) +
            ", and nothing behind it that overrules it.");
  }

  void say_who_is_exempt() {
    if (verdict_.exempt_locked_out)
      add(Severity::error,
          "exempt users are locked out: pam_toopher answers \"ignore\" for them, and nothing else in the "
          "stack "
          "succeeds",
          let_exempt_in(stack_));
    if (verdict_.exempt_need_nothing) say_nothing_else_asks();
    if (!verdict_.approval_suffices) return;
    if (verdict_.has_password)
      add(Severity::warning, "an approval on the phone lets in although the password is wrong",
          "Write \"required\" for both lines if both are meant.");
    else if (!sshd_)
      add(Severity::warning, "the phone is all that is asked for: there is no password",
          "Put \"auth required pam_unix.so\" above " + where_module(stack_) + ".");
  }

  /// For sshd it depends on AuthenticationMethods; check_sshd.cc says so.
  void say_nothing_else_asks() {
    if (sshd_ && !verdict_.has_password) return;
    add(Severity::error,
        verdict_.has_password ? "exempt and unpaired users get in with a wrong password"
                              : "exempt and unpaired users get in without anything: no password is asked for",
        "Put \"auth required pam_unix.so\" above " + where_module(stack_) + ".");
  }

  bool sshd_;
  const Stack& stack_;
  const StackVerdict& verdict_;
  std::vector<Finding> findings_;
};

void check_arguments(Findings& findings, Configurations& configurations, const StackLine& line) {
  try {
    const config::Arguments arguments = config::split_arguments(line.arguments);
    config::Config config;
    if (const config::Config* const file = configurations.look_at(arguments.config_file)) config = *file;
    config::apply_arguments(config.options, arguments.options);
  } catch (const config::ConfigError& problem) {
    findings.error(Area::services, line.where() + ": " + problem.what(),
                   "Until it is mended, everybody who needs the line is denied.");
  }
}

}  // namespace

Services::Services(const PamFiles& files) {
  for (const std::string& name : files.services()) {
    if (is_only_included(name)) continue;
    all_.push_back(name);
    Stack stack = files.stack(name, Facility::auth);
    if (!module_lines(stack).empty()) {
      StackVerdict verdict = judge(stack);
      using_.emplace(name, Service{std::move(stack), std::move(verdict)});
    }
    for (const Facility facility : {Facility::account, Facility::session, Facility::password}) {
      const Stack other = files.stack(name, facility);
      for (const StackLine* const line : module_lines(other))
        misplaced_.push_back({Area::services, Severity::error,
                              line->where() + ": pam_toopher does nothing but auth; libpam denies here",
                              "Remove the line."});
    }
  }
}

void Services::report(Findings& findings, Configurations& configurations) const {
  if (using_.empty())
    findings.warning(Area::services, "no service uses pam_toopher, so nobody is asked for a second factor",
                     "Add \"auth required pam_toopher.so\" to a service; see pam_toopher(8).");
  for (const Finding& finding : misplaced_) findings.add(finding);
  std::vector<Finding> said;
  std::map<std::string, std::vector<std::string>> services_of;  // by sentence
  for (const auto& [name, service] : using_) {
    for (const std::string& problem : service.auth.problems)
      findings.error(Area::services, problem, "Mend the line; libpam denies there.");
    for (const std::string& file : service.auth.files)
      (void)check_file(findings, Area::services, file, rules_for_this_process());
    for (const StackLine* const line : module_lines(service.auth)) {
      (void)check_module(findings, line->module);
      check_arguments(findings, configurations, *line);
    }
    for (Finding& finding : Judgement(name, service).findings()) {
      auto& services = services_of[finding.what + finding.what_to_do];
      if (services.empty()) said.push_back(finding);
      services.push_back(name);
    }
  }
  std::stable_sort(said.begin(), said.end(),
                   [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  for (Finding& finding : said) {
    finding.what = joined(services_of[finding.what + finding.what_to_do]) + ": " + finding.what;
    findings.add(std::move(finding));
  }
}

void Services::report_ways_in(Findings& findings, bool key_alone) const {
  if (using_.empty()) return;
  std::vector<std::string> shut;
  std::vector<std::string> open;
  for (const auto& [name, service] : using_) {
    const bool closed = !service.verdict.too_long && !service.verdict.open_when_broken;
    if (closed) shut.push_back(name);
  }
  for (const std::string& name : all_)
    if (is_one_of(kWaysIn, name) && std::find(shut.begin(), shut.end(), name) == shut.end())
      open.push_back(name);
  if (key_alone && std::find(open.begin(), open.end(), "sshd") == open.end())
    open.emplace_back("sshd (by key)");
  if (shut.empty()) return;
  const std::string what = "if the module or its configuration breaks, " + joined(shut) + " deny everybody; ";
  if (!open.empty()) {
    findings.info(Area::services, what + "still open: " + joined(open));
    return;
  }
  findings.warning(
      Area::services, what + "no other way in is left",
      "Keep one: a console whose stack does without the module, or a Match block of sshd that lets an "
      "account for emergencies in by its key (these are not looked at here); see EMERGENCIES in "
      "pam_toopher(8).");
}

const Service* Services::find(const std::string& name) const {
  const auto found = using_.find(name);
  return found == using_.end() ? nullptr : &found->second;
}

std::string Services::unprivileged() const {
  std::vector<std::string> names;
  for (const auto& [name, service] : using_)
    if (is_one_of(kUnprivileged, name)) names.push_back(name);
  return joined(names);
}

bool Services::has_earlier_argument() const {
  for (const auto& [name, service] : using_)
    for (const StackLine* const line : module_lines(service.auth))
      if (std::find(line->arguments.begin(), line->arguments.end(), "config_fail_closed") !=
          line->arguments.end())
        return true;
  return false;
}

}  // namespace toopher::tools
