// SPDX-License-Identifier: Apache-2.0
// toopher-login: one login through libpam, on this terminal, with service files from a directory of the caller's. It is
// how the module is tried out before anything under /etc is touched.
#include <getopt.h>
#include <security/pam_appl.h>
#include <security/pam_misc.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

constexpr int kDenied = 1;
constexpr int kUsage = 2;

constexpr const char* kHelp =
    "Usage: toopher-login --confdir DIR --service NAME --user USER [--rhost HOST]\n"
    "Runs the auth and account steps of DIR/NAME for USER and says how they end.\n";

struct Trial {
  std::string confdir;
  std::string service;
  std::string user;
  std::string rhost;
};

/// Reads the command line into `trial`; false (and a message) if it is not complete.
bool read_arguments(int argc, char** argv, Trial& trial) {
  const option options[] = {
      {"confdir", required_argument, nullptr, 'c'}, {"service", required_argument, nullptr, 's'},
      {"user", required_argument, nullptr, 'u'},    {"rhost", required_argument, nullptr, 'r'},
      {"help", no_argument, nullptr, 'h'},          {nullptr, 0, nullptr, 0}};
  for (int option = 0; (option = ::getopt_long(argc, argv, "h", options, nullptr)) != -1;) {
    switch (option) {
      case 'c':
        trial.confdir = optarg;
        break;
      case 's':
        trial.service = optarg;
        break;
      case 'u':
        trial.user = optarg;
        break;
      case 'r':
        trial.rhost = optarg;
        break;
      case 'h':
        (void)std::fputs(kHelp, stdout);
        std::exit(0);  // NOLINT(concurrency-mt-unsafe): nothing runs yet
      default:
        (void)std::fputs(kHelp, stderr);
        return false;
    }
  }
  const bool complete =
      !trial.confdir.empty() && !trial.service.empty() && !trial.user.empty() && optind == argc;
  if (!complete) (void)std::fputs(kHelp, stderr);
  return complete;
}

/// Owns a PAM transaction and ends it with the last status.
class Transaction {
 public:
  explicit Transaction(const Trial& trial) {
    status_ = ::pam_start_confdir(trial.service.c_str(), trial.user.c_str(), &conversation_,
                                  trial.confdir.c_str(), &handle_);
    if (status_ != PAM_SUCCESS) return;
    const char* tty = ::ttyname(STDIN_FILENO);
    set(PAM_TTY, tty == nullptr ? "" : tty);
    set(PAM_RHOST, trial.rhost);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (handle_ != nullptr) ::pam_end(handle_, status_);
  }

  int run() {
    if (status_ == PAM_SUCCESS) status_ = ::pam_authenticate(handle_, 0);
    if (status_ == PAM_SUCCESS) status_ = ::pam_acct_mgmt(handle_, 0);
    return status_;
  }
  [[nodiscard]] std::string factor() const {
    const char* factor = ::pam_getenv(handle_, "TOOPHER_FACTOR");
    return factor == nullptr ? "not asked" : factor;
  }
  [[nodiscard]] const char* error() const { return ::pam_strerror(handle_, status_); }

 private:
  void set(int item, const std::string& value) {
    if (status_ == PAM_SUCCESS && !value.empty()) status_ = ::pam_set_item(handle_, item, value.c_str());
  }

  pam_conv conversation_{::misc_conv, nullptr};
  pam_handle_t* handle_ = nullptr;
  int status_ = PAM_ABORT;
};

}  // namespace

int main(int argc, char** argv) {
  Trial trial;
  if (!read_arguments(argc, argv, trial)) return kUsage;
  Transaction transaction(trial);
  if (transaction.run() != PAM_SUCCESS) {
    std::printf("login denied: %s\n", transaction.error());
    return kDenied;
  }
  std::printf("login granted (%s)\n", transaction.factor().c_str());
  return 0;
}
