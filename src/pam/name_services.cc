// SPDX-License-Identifier: Apache-2.0
#include "pam/name_services.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <nss.h>

#include <algorithm>
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

/// What follows `database:` in the line, or nothing; comments do not count.
std::string_view entry_of(std::string_view line, std::string_view database) {
  line = trim(line.substr(0, line.find('#')));
  if (!line.starts_with(database)) return {};
  line = trim(line.substr(database.size()));
  return line.starts_with(':') ? line.substr(1) : std::string_view();
}

/// The words of an entry, without actions such as [NOTFOUND=return].
std::vector<std::string> services_in(std::string_view entry) {
  std::vector<std::string> services;
  while (!(entry = trim(entry)).empty()) {
    const bool action = entry.front() == '[';
    const auto end = action ? entry.find(']') : entry.find_first_of(" \t[");
    if (!action) services.emplace_back(entry.substr(0, end));
    entry.remove_prefix(end == std::string_view::npos ? entry.size() : end + (action ? 1 : 0));
  }
  return services;
}

/// Those of the last line for `database`, as in the C library.
std::vector<std::string> services_of(std::string_view text, std::string_view database) {
  std::string_view entry;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view found = entry_of(text.substr(0, end), database);
    if (!found.empty()) entry = found;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return services_in(entry);
}

std::string unusable(const std::string& service, const std::string& why) {
  return "the name service " + service + " of " + kSwitchFile + " " + why;
}

/// Modules allocate the array anew when it is too small.
nss_status ask(InitGroups init_groups, const std::string& account, gid_t gid, std::vector<gid_t>& told,
               int& error) {
  long start = 0;
  long size = 64;
  // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): the module calls realloc()
  auto* groups = static_cast<gid_t*>(std::malloc(static_cast<std::size_t>(size) * sizeof(gid_t)));
  if (groups == nullptr) throw std::bad_alloc();
  const nss_status status = init_groups(account.c_str(), gid, &start, &size, &groups, -1, &error);
  if (status == NSS_STATUS_SUCCESS) told.insert(told.end(), groups, groups + start);
  std::free(groups);  // NOLINT(cppcoreguidelines-no-malloc)
  return status;
}

/// "" if the service answered, be it that it knows nothing of the account; its groups are added to `told`.
std::string failure_of(const std::string& service, const std::string& account, gid_t gid,
                       std::vector<gid_t>& told) {
  const std::unique_ptr<void, Unload> library(
      ::dlopen(("libnss_" + service + ".so.2").c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!library) return unusable(service, "cannot be loaded (libnss_" + service + ".so.2)");
  const auto init_groups =
      reinterpret_cast<InitGroups>(::dlsym(library.get(), ("_nss_" + service + "_initgroups_dyn").c_str()));
  // A service without that call has its members in the group's entry, which getgrnam(3) has shown.
  if (init_groups == nullptr) return {};
  int error = 0;
  const nss_status status = ask(init_groups, account, gid, told, error);
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

ServiceGroups ask_name_services(const std::string& account, gid_t gid) try {
  ServiceGroups all;
  const UniqueFd file = open_existing(kSwitchFile, O_RDONLY | O_CLOEXEC);
  if (!file)
    return {{}, errno == ENOENT ? std::string() : std::string(kSwitchFile) + ": " + error_text(errno)};
  const Secret text = read_all(file.get(), kSwitchFile, kMaxSwitchBytes);
  for (const std::string& service : group_services(text.view())) {
    if (service == "files") continue;
    const std::string failure = failure_of(service, account, gid, all.groups);
    if (all.failure.empty()) all.failure = failure;
  }
  return all;
} catch (const FileError& error) {
  return {{}, error.what()};
}

}  // namespace toopher::pam
