// SPDX-License-Identifier: Apache-2.0
// libnss_toophertest.so.2: a name service like a directory's, for tests in a private machine. It knows the accounts of
// /etc/passwd by other spellings, too (any case, with @TOOPHER.EXAMPLE), and the groups of /run/toopher-directory
// (`name gid member ...`), whose entries list nobody. The first line of that file says how it fares: `up`, `down`, or
// `forgetful`, which is down for memberships only. `late` and `late-memberships` are so for the C library only (which leaves
// room for the primary group), as where it could not load this service, or asked it a moment too early.
#include <grp.h>
#include <nss.h>
#include <pwd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#define SERVICE_CALL extern "C" __attribute__((visibility("default"))) nss_status

namespace {

constexpr const char* kRealm = "@toopher.example";

struct DirectoryGroup {
  std::string name;
  gid_t gid = 0;
  std::vector<std::string> members;
};

struct Directory {
  std::string state = "down";
  std::vector<DirectoryGroup> groups;
};

Directory read_directory() {
  Directory directory;
  std::ifstream file("/run/toopher-directory");
  std::string line;
  if (std::getline(file, line)) directory.state = line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    DirectoryGroup group;
    words >> group.name >> group.gid;
    for (std::string member; words >> member;) group.members.push_back(member);
    directory.groups.push_back(group);
  }
  return directory;
}

std::string canonical(std::string name) {
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const std::size_t realm = name.rfind(kRealm);
  return realm == std::string::npos ? name : name.substr(0, realm);
}

nss_status unavailable(int* error) {
  *error = ECONNREFUSED;
  return NSS_STATUS_UNAVAIL;
}

}  // namespace

SERVICE_CALL _nss_toophertest_getpwnam_r(const char* name, passwd* result, char* buffer, size_t size,
                                         int* error) {
  const std::string wanted = canonical(name);
  std::FILE* file = std::fopen("/etc/passwd", "re");
  if (file == nullptr) return unavailable(error);
  passwd* entry = nullptr;
  int found = 0;
  while ((found = ::fgetpwent_r(file, result, buffer, size, &entry)) == 0 && wanted != result->pw_name) {
  }
  (void)std::fclose(file);
  *error = found;
  if (found == ERANGE) return NSS_STATUS_TRYAGAIN;
  return found == 0 ? NSS_STATUS_SUCCESS : NSS_STATUS_NOTFOUND;
}

SERVICE_CALL _nss_toophertest_getgrnam_r(const char* name, group* result, char* buffer, size_t size,
                                         int* error) {
  const Directory directory = read_directory();
  if (directory.state == "down") return unavailable(error);
  if (directory.state == "late") return NSS_STATUS_NOTFOUND;
  for (const DirectoryGroup& group : directory.groups) {
    if (group.name != name) continue;
    const std::size_t members = sizeof(char*);
    if (size < members + group.name.size() + 1) {
      *error = ERANGE;
      return NSS_STATUS_TRYAGAIN;
    }
    std::memset(buffer, 0, members);
    std::memcpy(buffer + members, group.name.c_str(), group.name.size() + 1);
    *result = {buffer + members, buffer + members - 1, group.gid, reinterpret_cast<char**>(buffer)};
    return NSS_STATUS_SUCCESS;
  }
  return NSS_STATUS_NOTFOUND;
}

SERVICE_CALL _nss_toophertest_initgroups_dyn(const char* user, gid_t /*skip*/, long* start, long* size,
                                             gid_t** groups, long /*limit*/, int* error) {
  const Directory directory = read_directory();
  const bool late = directory.state.rfind("late", 0) == 0 && *start == 0;
  if (directory.state != "up" && !late) return unavailable(error);
  for (const DirectoryGroup& group : directory.groups) {
    if (std::find(group.members.begin(), group.members.end(), user) == group.members.end()) continue;
    if (*start == *size) return unavailable(error);  // tests have few
    (*groups)[(*start)++] = group.gid;
  }
  return NSS_STATUS_SUCCESS;
}
