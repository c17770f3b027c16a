// SPDX-License-Identifier: Apache-2.0
#include "pam/name_services.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <nss.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

#include "base/file.h"
#include "base/text.h"

namespace toopher::pam {
namespace {

constexpr const char* kSwitchFile = "/etc/nsswitch.conf";
constexpr std::size_t kMaxSwitchBytes = 65536;

using InitGroups = nss_status (*)(const char* user, gid_t skip, long* start, long* size, gid_t** groups,
                                  long limit, int* error);

struct Unload {
  void operator()(void* library) const { ::dlclose(library); }
};

/// What follows `database:` on the last such line, as in the C library.
std::vector<std::string> services_of(std::string_view text, std::string_view database) {
  std::vector<std::string> services;
  for (std::string_view line : split(text, '\n')) {
    line = trim(line.substr(0, line.find('#')));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || trim(line.substr(0, colon)) != database) continue;
    services.clear();
    bool action = false;  // [NOTFOUND=return]
    std::string word;
    for (const char c : std::string(line.substr(colon + 1)) + ' ') {
      if (c == '[') action = true;
      const bool part = !action && c != ' ' && c != '\t' && c != '\r';
      if (c == ']') action = false;
      if (part) {
        word += c;
      } else if (!word.empty()) {
        services.push_back(std::move(word));
        word.clear();
      }
    }
  }
  return services;
}

std::string unusable(const std::string& service, const std::string& why) {
  return "the name service " + service + " of " + kSwitchFile + " " + why;
}

/// Modules allocate the array anew when it is too small.
nss_status ask(InitGroups init_groups, const std::string& account, gid_t gid, int& error) {
  long start = 0;
  long size = 64;
  // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): the module calls realloc()
  auto* groups = static_cast<gid_t*>(std::malloc(static_cast<std::size_t>(size) * sizeof(gid_t)));
  if (groups == nullptr) throw std::bad_alloc();
  const nss_status status = init_groups(account.c_str(), gid, &start, &size, &groups, -1, &error);
  std::free(groups);  // NOLINT(cppcoreguidelines-no-malloc)
  return status;
}

/// "" if the service answered, be it that it knows nothing of the account.
std::string failure_of(const std::string& service, const std::string& account, gid_t gid) {
  const std::unique_ptr<void, Unload> library(
      ::dlopen(("libnss_" + service + ".so.2").c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!library) {
    const char* why = ::dlerror();
    return unusable(service, "cannot be loaded: " + std::string(why == nullptr ? "" : why));
  }
  const auto init_groups =
      reinterpret_cast<InitGroups>(::dlsym(library.get(), ("_nss_" + service + "_initgroups_dyn").c_str()));
  // A service without that call has its members in the group's entry, which getgrnam(3) has shown.
  if (init_groups == nullptr) return {};
  int error = 0;
  const nss_status status = ask(init_groups, account, gid, error);
  // libnss_systemd says so of an account that is not one of its own.
  const bool unknown_account = status == NSS_STATUS_UNAVAIL && error == ESRCH;
  if (unknown_account || (status != NSS_STATUS_TRYAGAIN && status != NSS_STATUS_UNAVAIL)) return {};
  return unusable(service, "cannot say in which groups " + account + " is" +
                               (error == 0 ? std::string() : ": " + error_text(error)));
}

}  // namespace

std::vector<std::string> group_services(std::string_view nsswitch) {
  std::vector<std::string> services = services_of(nsswitch, "initgroups");
  if (services.empty()) services = services_of(nsswitch, "group");
  if (services.empty()) services.emplace_back("files");
  return services;
}

std::string name_service_failure(const std::string& account, gid_t gid) {
  const UniqueFd file(::open(kSwitchFile, O_RDONLY | O_CLOEXEC));
  if (!file) return errno == ENOENT ? std::string() : std::string(kSwitchFile) + ": " + error_text(errno);
  const Secret text = read_all(file.get(), kSwitchFile, kMaxSwitchBytes);
  for (const std::string& service : group_services(text.view())) {
    if (service == "files") continue;
    std::string failure = failure_of(service, account, gid);
    if (!failure.empty()) return failure;
  }
  return {};
}

}  // namespace toopher::pam
