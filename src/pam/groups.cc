// SPDX-License-Identifier: Apache-2.0
#include "pam/groups.h"

#include <grp.h>

#include <algorithm>

#include "base/text.h"
#include "pam/look_up.h"
#include "pam/name_services.h"
#include "pam/undecidable.h"

namespace toopher::pam {
namespace {

constexpr std::size_t kMaxGroups = 65536;  // NGROUPS_MAX

bool lists(const ::group& entry, const std::string& name) {
  for (char** member = entry.gr_mem; member != nullptr && *member != nullptr; ++member)
    if (name == *member) return true;
  return false;
}

}  // namespace

bool SystemGroups::contain(const std::string& group) {
  std::vector<char> buffer;
  ::group entry{};
  ::group* found = nullptr;
  const int error = look_up(buffer, [&](char* data, std::size_t size) {
    return ::getgrnam_r(group.c_str(), &entry, data, size, &found);
  });
  if (found == nullptr) {
    if (!means_absent(error)) failure_ = "looking up group " + group + " failed: " + error_text(error);
    return false;
  }
  if (entry.gr_gid == account_.gid || lists(entry, account_.name)) return true;
  const std::vector<gid_t>& groups = all();
  return std::find(groups.begin(), groups.end(), entry.gr_gid) != groups.end();
}

const std::vector<gid_t>& SystemGroups::all() {
  if (all_) return *all_;
  std::vector<gid_t> groups(64);
  for (bool complete = false; !complete;) {
    int count = static_cast<int>(groups.size());
    complete = ::getgrouplist(account_.name.c_str(), account_.gid, groups.data(), &count) >= 0;
    if (!complete && groups.size() >= kMaxGroups) {
      failure_ = account_.name + " is in too many groups";
      break;
    }
    groups.resize(complete ? static_cast<std::size_t>(count) : groups.size() * 4);
  }
  ServiceGroups services = ask_name_services(account_.name, account_.gid);
  if (failure_.empty()) failure_ = std::move(services.failure);
  for (const gid_t gid : services.groups) add(groups, gid);
  return all_.emplace(std::move(groups));
}

/// What getgrouplist(3) left out counts, and its name may have been left out, too.
void SystemGroups::add(std::vector<gid_t>& groups, gid_t gid) {
  if (std::find(groups.begin(), groups.end(), gid) != groups.end()) return;
  groups.push_back(gid);
  std::vector<char> buffer;
  ::group entry{};
  ::group* found = nullptr;
  const int error = look_up(
      buffer, [&](char* data, std::size_t size) { return ::getgrgid_r(gid, &entry, data, size, &found); });
  if (found == nullptr && failure_.empty())
    failure_ = "group " + std::to_string(gid) + ", which " + account_.name + " is in, has no name" +
               (means_absent(error) ? std::string() : ": " + error_text(error));
}

void SystemGroups::vouch() {
  (void)all();
  if (!failure_.empty()) throw Undecidable(failure_);
}

}  // namespace toopher::pam
