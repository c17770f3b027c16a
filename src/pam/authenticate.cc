// SPDX-License-Identifier: Apache-2.0
#include "pam/authenticate.h"

#include <security/pam_ext.h>
#include <syslog.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/catalogue.h"
#include "base/file.h"
#include "config/config.h"
#include "helper/reach.h"
#include "pam/account.h"
#include "pam/asked.h"
#include "pam/groups.h"
#include "pam/handle.h"
#include "pam/helper_factor.h"
#include "pam/log_line.h"
#include "pam/login.h"
#include "pam/login_line.h"
#include "pam/messages.h"
#include "pam/misconfigured.h"
#include "pam/outcome.h"
#include "pam/policy.h"
#include "pam/remembered.h"
#include "pam/shown.h"
#include "pam/sudo_command.h"
#include "pam/undecidable.h"
#include "pam/unknown_account.h"
#include "pam/unpaired_factor.h"

namespace toopher::pam {
namespace {

constexpr std::chrono::seconds kHelperStart{5};
constexpr unsigned kFailDelayMicroseconds = 2'000'000;

/// One authentication attempt on one handle.
class Attempt {
 public:
  Attempt(pam_handle_t* handle, int flags, std::vector<std::string> arguments)
      : handle_(handle), flags_(flags), arguments_(std::move(arguments)) {}

  int run() {
    key_ = {handle_.user(), handle_.item(PAM_SERVICE), handle_.item(PAM_RUSER)};
    if (failed_moments_ago(handle_, key_, clock_))
      return conclude({Verdict::remembered, Method::none, "", ""});
    try {
      return conclude(decide());
    } catch (const config::ConfigError& error) {
      return misconfigured(error.what());
    } catch (const FileError& error) {
      return misconfigured(error.what());
    } catch (const Misconfigured& error) {
      return misconfigured(error.what());
    } catch (const Undecidable& error) {
      return undecidable(error.what());
    } catch (const helper::LaunchError& error) {
      if (error.kind() == helper::failure::kConfig) return misconfigured(error.what());
      return conclude({Verdict::aborted, Method::none, "", error.what()});
    } catch (const std::exception& error) {
      return conclude({Verdict::aborted, Method::none, "", error.what()});
    }
  }

 private:
  Outcome decide() {
    if (key_.user.empty()) return {Verdict::aborted, Method::none, "", "the host gave no user name"};
    read_config();
    account_ = find_account(key_.user);
    const Requirement needed = account_ ? needed_for_account() : needed_for_nobody();
    if (needed == Requirement::exempt) return {Verdict::exempt, Method::none, "", ""};

    read_language();
    HostConversation conversation(handle_, clock_, catalogue_, manners());
    const std::unique_ptr<Factor> factor = make_factor();
    const Terms terms = make_terms(needed);
    if (account_) return Login(terms, conversation, *factor, clock_).run();
    UnknownAccountConversation unknown(conversation);
    return end_for_unknown_account(Login(terms, unknown, *factor, clock_).run(),
                                   options_.options.failure_policy);
  }

  /// sudo notes that a prompt got no reply, and refuses then whatever pam_authenticate(3) returns (auth/pam.c).
  [[nodiscard]] Manners manners() const {
    if (!is_sudo(key_.service)) return {};
    return {replaces_prompts(), true};
  }

  void read_config() {
    where_ = config::split_arguments(arguments_);
    const Secret text = read_checked(where_.config_file, rules_for_this_process());
    options_ = config::parse_config(text.view(), where_.config_file);
    config::apply_arguments(options_.options, where_.options);
  }

  /// Words are not worth a denial: without a catalogue they are English.
  void read_language() {
    const config::Options& options = options_.options;
    if (options.language.empty()) return;
    try {
      catalogue_ = read_catalogue(LOCALEDIR, options.language, rules_for_this_process());
    } catch (const FileError& error) {
      if (options.debug) handle_.log(LOG_NOTICE, std::string("language: ") + error.what());
    }
  }

  /// An account that does not exist is treated as one that must have a factor, so that nobody learns which exist.
  [[nodiscard]] Requirement needed_for_nobody() const {
    const config::Options& options = options_.options;
    if (options.availability == config::Availability::none) return Requirement::exempt;
    const Account nobody{key_.user, static_cast<uid_t>(-1), static_cast<gid_t>(-1)};
    if (!whom_to_ask(options.ask, nobody, key_)) no_caller_to_ask();
    return Requirement::required;
  }

  /// Where another person is asked, the stricter of what is demanded of the two.
  Requirement needed_for_account() {
    const config::Options& options = options_.options;
    if (options.availability == config::Availability::none) return Requirement::exempt;
    const Requirement own = requirement_of(*account_);
    const auto person = whom_to_ask(options.ask, *account_, key_);
    if (person) {
      asked_ = person->name;
    } else if (own != Requirement::exempt) {
      no_caller_to_ask();
    }
    const bool another = person && person->name != account_->name;
    return another && own != Requirement::required ? std::max(own, requirement_of(*person)) : own;
  }

  [[noreturn]] static void no_caller_to_ask() {
    throw Misconfigured("ask = ruser needs a host that runs setuid and sets PAM_RUSER, as su and sudo do");
  }

  [[nodiscard]] Requirement requirement_of(const Account& account) const {
    SystemGroups groups(account);
    return requirement(options_.options, groups);
  }

  std::unique_ptr<Factor> make_factor() {
    helper::Message login =
        account_ ? login_line(handle_, key_, options_.options, *account_, asked_) : unknown_account_line();
    helper::HelperProcess helper =
        helper::reach(way_to_helper(), Deadline::after(clock_, kHelperStart), clock_);
    if (account_ && reads_pairing_file()) {
      if (helper.pairing_id().empty()) return std::make_unique<UnpairedFactor>();
      login.set("pairing-id", helper.pairing_id());
    }
    return std::make_unique<HelperFactor>(std::move(helper), std::move(login), clock_);
  }

  [[nodiscard]] helper::Way way_to_helper() const {
    helper::Way way;
    way.config_file = where_.config_file;
    if (!where_.helper.empty()) way.program = where_.helper;
    if (reads_pairing_file()) way.pairing_of = asked_;
    way.may_share =
        where_.helper.empty() && where_.config_file == config::kDefaultConfigFile && way.pairing_of.empty();
    return way;
  }

  [[nodiscard]] bool reads_pairing_file() const {
    return options_.options.pairing_source == config::PairingSource::file;
  }

  Terms make_terms(Requirement needed) {
    const config::Options& options = options_.options;
    // sshd's password method passes no appdata and fails every visible prompt, and answers hidden ones with the login
    // password (auth-pam.c, sshpam_passwd_conv).
    const bool sshd = handle_.is_sshd();
    const pam_conv* conversation = handle_.conversation();
    Terms terms;
    terms.prompt = options.prompt;
    terms.number_matching = options.number_matching;
    terms.push_timeout = options.push_timeout;
    terms.network_timeout = options_.api.timeout;
    terms.code_tries = options.otp_tries;
    terms.login_password = handle_.authtok();
    terms.visible_code = options.echo_code || (sshd && terms.login_password.empty());
    terms.automation_allowed = options.may_be_automated();
    terms.may_be_unpaired = needed == Requirement::optional;
    terms.can_prompt = !(sshd && conversation != nullptr && conversation->appdata_ptr == nullptr);
    terms.say_waiting = options.show_prompt;
    // Who gets in without a server anyway need not spend a code on it.
    terms.offline_codes = options.offline_codes && options.failure_policy == config::FailurePolicy::deny;
    terms.prompt_text = options.prompt_text;
    terms.silent = (static_cast<unsigned>(flags_) & PAM_SILENT) != 0;
    return terms;
  }

  int undecidable(const std::string& what) {
    read_language();
    HostConversation(handle_, clock_, catalogue_).report(messages::kUndecidable);
    return conclude({Verdict::aborted, Method::none, "", what});
  }

  int misconfigured(const std::string& what) {
    HostConversation(handle_, clock_, catalogue_).report(messages::kBroken);
    return conclude({Verdict::misconfigured, Method::none, "", what});
  }

  int conclude(const Outcome& outcome) {
    const config::FailurePolicy policy = options_.options.failure_policy;
    log(outcome);
    if (is_final_failure(outcome.verdict, policy)) {
      remember_failure(handle_, key_, clock_);
      if (!outcome.given_up) (void)pam_fail_delay(handle_.get(), kFailDelayMicroseconds);
    }
    if (outcome.verdict == Verdict::granted) tell_session(outcome.method);
    return pam_code(outcome.verdict, policy,
                    handle_.is_sshd() ? AsksAgain::in_fresh_process : AsksAgain::on_same_handle);
  }

  /// For scripts of the session, as SSH_USER_AUTH is; losing it harms nobody.
  void tell_session(Method method) {
    const std::string variable = "TOOPHER_FACTOR=" + std::string(name_of(method));
    (void)pam_putenv(handle_.get(), variable.c_str());
  }

  void log(const Outcome& outcome) {
    const bool another = asked_ != key_.user;
    log_outcome(handle_, key_, options_.options, another ? asked_ : std::string(), outcome);
  }

  SteadyClock clock_;
  Handle handle_;
  int flags_;
  std::vector<std::string> arguments_;
  AttemptKey key_;
  config::Arguments where_;
  config::Config options_;
  Catalogue catalogue_;
  std::optional<Account> account_;
  std::string asked_;
};

}  // namespace

int authenticate(pam_handle_t* handle, int flags, int argc, const char** argv) noexcept {
  try {
    return Attempt(handle, flags, std::vector<std::string>(argv, argv + argc)).run();
  } catch (const std::exception& error) {
    pam_syslog(handle, LOG_AUTHPRIV | LOG_ERR, "outcome=aborted detail=\"%s\"", error.what());
  } catch (...) {
    pam_syslog(handle, LOG_AUTHPRIV | LOG_ERR, "outcome=aborted detail=\"unknown error\"");
  }
  return PAM_ABORT;
}

}  // namespace toopher::pam
