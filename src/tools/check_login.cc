// SPDX-License-Identifier: Apache-2.0
#include "tools/check_login.h"

#include <pwd.h>
#include <security/pam_appl.h>
#include <security/pam_misc.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "base/text.h"
#include "tools/check_installation.h"
#include "tools/check_verdict.h"
#include "tools/failure.h"
#include "tools/terminal.h"

namespace toopher::tools {
namespace {

constexpr int kCannotTry = 2;  ///< exit status

[[noreturn]] void cannot_try(const std::string& why) {
  throw Failure(why, kCannotTry);
}

/// A directory that nobody else can look into; libpam reads it once, in pam_start_confdir(3).
class PrivateStack {
 public:
  PrivateStack(const std::string& service, const StackLine& line) : file_(path_of(service)) {
    write(file_, "auth required " + bracketed(module_path(line.module)) + arguments_of(line) +
                     "\nauth required pam_permit.so\n");
    write(path_of("other"), "auth required pam_deny.so\n");
  }
  PrivateStack(const PrivateStack&) = delete;
  PrivateStack& operator=(const PrivateStack&) = delete;
  ~PrivateStack() {
    (void)::unlink(file_.c_str());
    (void)::unlink(path_of("other").c_str());
    (void)::rmdir(directory_.c_str());
  }
  [[nodiscard]] const std::string& directory() const { return directory_; }

 private:
  static std::string make_directory() {
    std::array<char, 32> name{"/tmp/toopher-login-XXXXXX"};
    if (::mkdtemp(name.data()) == nullptr)
      cannot_try("No directory can be made in /tmp: " + error_text(errno) + ".");
    return name.data();
  }
  [[nodiscard]] std::string path_of(const std::string& name) const { return directory_ + "/" + name; }
  static std::string bracketed(const std::string& word) {
    std::string text = "[";
    for (const char c : word) text += c == ']' ? std::string("\\]") : std::string(1, c);
    return text + "]";
  }
  static std::string arguments_of(const StackLine& line) {
    std::string text;
    for (const std::string& argument : line.arguments) text += " " + bracketed(argument);
    return text;
  }
  static void write(const std::string& path, const std::string& text) {
    std::ofstream file(path);
    if (!(file << text).flush()) cannot_try(path + " cannot be written.");
  }

  std::string directory_ = make_directory();
  std::string file_;
};

/// Owns a PAM transaction and ends it with the last status.
class Transaction {
 public:
  Transaction(const std::string& service, const std::string& user, const std::string& directory) {
    status_ = ::pam_start_confdir(service.c_str(), user.c_str(), &conversation_, directory.c_str(), &handle_);
    if (status_ != PAM_SUCCESS) cannot_try("libpam does not start.");
    const char* const tty = ::ttyname(STDIN_FILENO);  // NOLINT(concurrency-mt-unsafe): one thread
    if (tty != nullptr) (void)::pam_set_item(handle_, PAM_TTY, tty);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() { ::pam_end(handle_, status_); }

  int authenticate() { return status_ = ::pam_authenticate(handle_, 0); }
  [[nodiscard]] std::string factor() const {
    const char* const factor = ::pam_getenv(handle_, "TOOPHER_FACTOR");
    return factor == nullptr ? std::string() : factor;
  }
  [[nodiscard]] std::string words() const { return ::pam_strerror(handle_, status_); }

 private:
  pam_conv conversation_{::misc_conv, nullptr};
  pam_handle_t* handle_ = nullptr;
  int status_ = PAM_ABORT;
};

Transaction start(const std::string& service, const std::string& user, const StackLine& line) {
  const PrivateStack stack(service, line);
  return {service, user, stack.directory()};
}

}  // namespace

bool try_login(const PamFiles& files, const std::string& service, const std::string& user) {
  const Stack stack = files.stack(service, Facility::auth);
  const auto lines = module_lines(stack);
  if (lines.empty())
    cannot_try("The service " + sanitize_for_display(service) + " does not use pam_toopher.");
  const passwd* const account = ::getpwnam(user.c_str());  // NOLINT(concurrency-mt-unsafe): one thread
  if (account == nullptr)
    cannot_try("There is no account \"" + sanitize_for_display(user) + "\" on this machine.");
  if (::geteuid() != 0 && account->pw_uid != ::geteuid())
    cannot_try("Only root can try a login of another user.");

  Transaction transaction = start(service, user, *lines.front());
  const int code = transaction.authenticate();
  // pam_permit below makes a success of "ignore"; the module says on success how it came about.
  const bool asked = !transaction.factor().empty();
  if (code != PAM_SUCCESS)
    say("Refused: " + transaction.words() + ".\n");
  else if (asked)
    say("Granted by " + transaction.factor() + ".\n");
  else
    say("Not asked: the user is exempt, or not paired and need not be.\n");
  const int module_code = code == PAM_SUCCESS && !asked ? PAM_IGNORE : code;
  const bool in = best_outcome(stack, module_code) == PAM_SUCCESS;
  say("With this answer " + sanitize_for_display(service) +
      (in ? " lets in, if the rest of its stack agrees.\n" : " lets nobody in.\n"));
  return in;
}

}  // namespace toopher::tools
