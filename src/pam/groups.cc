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
  for (;;) {
    int count = static_cast<int>(groups.size());
    const bool complete = ::getgrouplist(account_.name.c_str(), account_.gid, groups.data(), &count) >= 0;
    if (complete) groups.resize(static_cast<std::size_t>(count));
    if (complete || groups.size() >= kMaxGroups) {
      if (!complete) failure_ = account_.name + " is in too many groups";
      return all_.emplace(std::move(groups));
    }
    groups.resize(groups.size() * 4);
  }
}

void SystemGroups::vouch() {
  if (failure_.empty() && !vouched_) failure_ = name_service_failure(account_.name, account_.gid);
  vouched_ = true;
  if (!failure_.empty()) throw Undecidable(failure_);
}

}  // namespace toopher::pam
