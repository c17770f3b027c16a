// SPDX-License-Identifier: Apache-2.0
#include "pam/authenticate.h"

#include <security/pam_ext.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <system_error>

#include "base/file.h"
#include "base/text.h"
#include "config/config.h"
#include "helper/launch.h"
#include "pam/account.h"
#include "pam/handle.h"
#include "pam/helper_factor.h"
#include "pam/login.h"
#include "pam/messages.h"
#include "pam/nobody_factor.h"
#include "pam/outcome.h"
#include "pam/policy.h"
#include "pam/remembered.h"

namespace toopher::pam {
namespace {

constexpr std::chrono::seconds kHelperStart{5};
constexpr unsigned kFailDelayMicroseconds = 2'000'000;
constexpr std::size_t kMaxField = 255;  // keeps the helper's line far below its limit

/// The configuration, an argument, or what they name is wrong: the log says what, nobody gets in.
class Misconfigured : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

bool runs_setuid() {
  return ::getuid() != ::geteuid();
}

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
    } catch (const helper::LaunchError& error) {
      if (error.kind() == helper::failure::kConfig) return misconfigured(error.what());
      return conclude({Verdict::aborted, Method::none, "", error.what()});
    }
  }

 private:
  Outcome decide() {
    if (key_.user.empty()) return {Verdict::aborted, Method::none, "", "the host gave no user name"};
    read_config();
    account_ = find_account(key_.user);
    const auto needed = needs_factor();
    if (!needed) throw std::runtime_error("looking up a group failed, so nobody is exempt");
    if (*needed == Requirement::exempt) return {Verdict::exempt, Method::none, "", ""};

    HostConversation conversation(handle_, clock_);
    const std::unique_ptr<Factor> factor = make_factor();
    const Terms terms = make_terms(*needed);
    Outcome outcome = Login(terms, conversation, *factor, clock_).run();
    // Giving up has a code of its own, which must not differ by whether the account exists.
    if (!account_ && outcome.verdict != Verdict::aborted) outcome.verdict = Verdict::unknown_user;
    return outcome;
  }

  void read_config() {
    where_ = config::split_arguments(arguments_);
    const Secret text = read_checked(where_.config_file, rules_for_this_process());
    options_ = config::parse_config(text.view(), where_.config_file);
    config::apply_arguments(options_.options, where_.options);
  }

  /// An account that does not exist is treated as one that must have a factor, so that nobody learns which exist.
  std::optional<Requirement> needs_factor() {
    if (!account_)
      return options_.options.availability == config::Availability::none ? Requirement::exempt
                                                                         : Requirement::required;
    return requirement(options_.options,
                       [this](const std::string& group) { return is_member(*account_, group); });
  }

  std::unique_ptr<Factor> make_factor() {
    if (!account_) return std::make_unique<NobodyFactor>(clock_);
    helper::Message login = describe_login();
    return std::make_unique<HelperFactor>(
        helper::launch(where_.config_file, Deadline::after(clock_, kHelperStart), clock_,
                       where_.helper.empty() ? std::string(helper::kInstalledHelper) : where_.helper),
        std::move(login), clock_);
  }

  helper::Message describe_login() {
    const std::string host = host_name();
    const std::string rhost = handle_.item(PAM_RHOST);
    asked_ = whom_to_ask();
    helper::Message login(helper::verb::kLogin);
    const auto set = [&](std::string_view field, std::string_view value) {
      login.set(field, value.substr(0, kMaxField));
    };
    const std::string user = config::expand_user_name(options_.options.user_name, asked_, host);
    // Cut off, it might be another person's.
    if (user.size() > kMaxField)
      throw Misconfigured("the user's name for the server is too long; see user-name");
    set("user", user);
    set("action", key_.service);
    set("terminal", rhost.empty() ? host : rhost);
    set("host", host);
    set("service", key_.service);
    set("rhost", rhost);
    set("tty", handle_.item(PAM_TTY));
    set("ruser", key_.ruser);
    if (options_.options.automation_allowed) set("automation", "1");
    return login;
  }

  /// PAM_RUSER is believed only where the kernel vouches for it: in a setuid host, as the name of the real uid.
  [[nodiscard]] std::optional<std::string> invoker() const {
    if (!runs_setuid() || key_.ruser.empty()) return std::nullopt;
    const auto account = find_account(key_.ruser);
    if (!account || account->uid != ::getuid()) return std::nullopt;
    return account->name;
  }

  /// Whose phone is asked: su to root, and sudo that wants the target's password, concern the person who calls them.
  [[nodiscard]] std::string whom_to_ask() const {
    const config::Ask ask = options_.options.ask;
    if (ask == config::Ask::user) return account_->name;
    const auto caller = invoker();
    if (ask == config::Ask::ruser) {
      if (!caller)
        throw Misconfigured(
            "ask = ruser needs a host that runs setuid and sets PAM_RUSER, as su and sudo do");
      return *caller;
    }
    const bool su = key_.service == "su" || key_.service == "su-l";
    const bool sudo = key_.service == "sudo" || key_.service == "sudo-i";
    if (caller && ((su && account_->uid == 0) || sudo)) return *caller;
    return account_->name;
  }

  Terms make_terms(Requirement needed) {
    const config::Options& options = options_.options;
    // sshd names its terminal "ssh"; its password method passes no appdata and fails every visible prompt, and answers
    // hidden ones with the login password (auth-pam.c, sshpam_passwd_conv).
    const bool sshd = handle_.item(PAM_TTY) == "ssh";
    const pam_conv* conversation = handle_.conversation();
    Terms terms;
    terms.prompt = options.prompt;
    terms.number_matching = options.number_matching;
    terms.push_timeout = options.push_timeout;
    terms.network_timeout = options_.api.timeout;
    terms.code_tries = options.otp_tries;
    terms.login_password = handle_.authtok();
    terms.visible_code = options.echo_code || (sshd && terms.login_password.empty());
    terms.automation_allowed = options.automation_allowed;
    terms.may_be_unpaired = needed == Requirement::optional;
    terms.can_prompt = !(sshd && conversation != nullptr && conversation->appdata_ptr == nullptr);
    terms.say_waiting = options.show_prompt;
    terms.silent = (static_cast<unsigned>(flags_) & PAM_SILENT) != 0;
    return terms;
  }

  int misconfigured(const std::string& what) {
    HostConversation(handle_, clock_).report(messages::kBroken);
    return conclude({Verdict::misconfigured, Method::none, "", what});
  }

  int conclude(const Outcome& outcome) {
    const config::FailurePolicy policy = options_.options.failure_policy;
    log(outcome);
    if (is_final_failure(outcome.verdict, policy)) {
      remember_failure(handle_, key_, clock_);
      (void)pam_fail_delay(handle_.get(), kFailDelayMicroseconds);
    }
    if (outcome.verdict == Verdict::granted) tell_session(outcome.method);
    return pam_code(outcome.verdict, policy);
  }

  /// For scripts of the session, as SSH_USER_AUTH is; losing it harms nobody.
  void tell_session(Method method) {
    const std::string variable = "TOOPHER_FACTOR=" + std::string(name_of(method));
    (void)pam_putenv(handle_.get(), variable.c_str());
  }

  void log(const Outcome& outcome) {
    const bool chatter = outcome.verdict == Verdict::exempt || outcome.verdict == Verdict::remembered;
    if (chatter && !options_.options.debug) return;
    const bool let_in =
        outcome.verdict != Verdict::granted && grants(outcome.verdict, options_.options.failure_policy);
    std::string line = "outcome=" + std::string(name_of(outcome.verdict));
    const auto field = [&line](const char* name, std::string_view value) {
      if (!value.empty()) line += std::string(" ") + name + "=" + escape_for_log(value);
    };
    field("factor", name_of(outcome.method));
    field("user", key_.user);
    if (account_ && !asked_.empty() && asked_ != account_->name) field("asked", asked_);
    field("service", key_.service);
    field("rhost", handle_.item(PAM_RHOST));
    field("ruser", key_.ruser);
    field("request", outcome.request_id);
    if (let_in) line += " policy=allow";
    if (!outcome.detail.empty()) line += " detail=\"" + quotable(outcome.detail) + "\"";
    handle_.log(priority(outcome.verdict, let_in), line);
  }

  static std::string quotable(std::string_view text) {
    std::string plain = sanitize_for_display(text, 1000);
    std::replace(plain.begin(), plain.end(), '"', '\'');
    return plain;
  }

  static int priority(Verdict verdict, bool let_in) {
    if (verdict == Verdict::misconfigured) return LOG_ERR;
    if (let_in || verdict == Verdict::unreachable || verdict == Verdict::server_fault) return LOG_WARNING;
    return verdict == Verdict::granted ? LOG_INFO : LOG_NOTICE;
  }

  SteadyClock clock_;
  Handle handle_;
  int flags_;
  std::vector<std::string> arguments_;
  AttemptKey key_;
  config::Arguments where_;
  config::Config options_;
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
