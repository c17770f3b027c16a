// SPDX-License-Identifier: Apache-2.0
#include "tools/device_state.h"

#include <fcntl.h>
#include <jansson.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "api/json.h"
#include "base/file.h"
#include "base/random.h"
#include "base/text.h"
#include "base/wiping.h"
#include "crypto/encoding.h"
#include "device/seed.h"
#include "tools/failure.h"

namespace toopher::tools {
namespace {

constexpr const char* kFile = "state.json";
constexpr const char* kNewFile = "state.json.new";
constexpr const char* kLockFile = "lock";
constexpr std::int64_t kFormat = 1;

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw Failure(path + ": " + what);
}

void check_private(int fd, const std::string& path, const char* mode) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) fail(path, error_text(errno));
  if (status.st_uid != ::geteuid())
    fail(path, "belongs to another user; name a directory of your own with --state");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    fail(path, std::string("holds keys but is open to others; chmod ") + mode + " " + path);
}

void make_directories(const std::string& path) {
  for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string directory = path.substr(0, slash);
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) fail(directory, error_text(errno));
    if (slash == std::string::npos) return;
  }
}

void write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(path, error_text(errno));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void set_secret(json_t* object, const char* name, const Secret& value) {
  std::string text = crypto::base64url_encode(value.view());
  json_object_set_new(object, name, api::json_text(text).release());
  wipe(text);
}

void set_text(json_t* object, const char* name, const std::string& value) {
  json_object_set_new(object, name, api::json_text(value).release());
}

Secret secret_from(const json_t* object, const char* name) {
  std::string text = api::required_string(object, name);
  std::optional<std::string> bytes = crypto::base64url_decode(text);
  wipe(text);
  if (!bytes) throw Failure(std::string("\"") + name + "\" is not base64url");
  return Secret::take(*bytes);
}

crypto::PrivateKey key_from(const json_t* object, const char* name) {
  std::optional<crypto::PrivateKey> key = crypto::PrivateKey::from_pkcs8(secret_from(object, name).view());
  if (!key) throw Failure(std::string("\"") + name + "\" is not a P-256 key");
  return std::move(*key);
}

api::Json to_json(const DevicePairing& pairing) {
  api::Json object(json_object());
  set_text(object.get(), "id", pairing.id);
  set_text(object.get(), "user", pairing.user);
  set_text(object.get(), "requester", pairing.requester);
  set_secret(object.get(), "seed", pairing.seed);
  json_object_set_new(object.get(), "created", json_integer(pairing.created));
  json_object_set_new(object.get(), "confirmed", json_boolean(pairing.confirmed));
  return object;
}

DevicePairing pairing_from_json(const json_t* object) {
  DevicePairing pairing;
  pairing.id = api::required_string(object, "id");
  pairing.user = api::required_string(object, "user");
  pairing.requester = api::required_string(object, "requester");
  pairing.seed = secret_from(object, "seed");
  pairing.created = api::optional_integer(object, "created", 0);
  pairing.confirmed = api::required_bool(object, "confirmed");
  if (!is_uuid(pairing.id) || pairing.seed.size() != device::kSeedSize)
    throw Failure("a pairing has a wrong id or seed");
  return pairing;
}

std::string home_directory() {
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') return home;
  const passwd* entry = ::getpwuid(::geteuid());
  if (entry == nullptr || entry->pw_dir == nullptr || *entry->pw_dir != '/')
    throw Failure("There is no home directory to keep the keys in; name a directory with --state.");
  return entry->pw_dir;
}

}  // namespace

void DeviceState::put(DevicePairing pairing) {
  const auto same = std::find_if(pairings.begin(), pairings.end(),
                                 [&](const DevicePairing& p) { return p.id == pairing.id; });
  if (same == pairings.end())
    pairings.push_back(std::move(pairing));
  else
    *same = std::move(pairing);
}

const DevicePairing* DeviceState::find(std::string_view id) const {
  const auto found =
      std::find_if(pairings.begin(), pairings.end(), [&](const DevicePairing& p) { return p.id == id; });
  return found == pairings.end() ? nullptr : &*found;
}

StateDirectory StateDirectory::of_this_user() {
  const char* data_home = std::getenv("XDG_DATA_HOME");
  const std::string base =
      data_home != nullptr && *data_home == '/' ? data_home : home_directory() + "/.local/share";
  return StateDirectory(base + "/toopher-authenticator");
}

UniqueFd StateDirectory::open_directory() const {
  UniqueFd directory(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory && errno == ENOENT) return directory;
  if (!directory) fail(path_, error_text(errno));
  check_private(directory.get(), path_, "700");
  return directory;
}

Secret StateDirectory::read_file(int directory) const {
  const std::string path = path_ + "/" + kFile;
  const UniqueFd file(::openat(directory, kFile, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!file && errno == ENOENT) return {};
  if (!file) fail(path, error_text(errno));
  check_private(file.get(), path, "600");
  try {
    return read_all(file.get(), path, api::kMaxJsonBytes);
  } catch (const FileError& error) {
    throw Failure(error.what());
  }
}

std::optional<DeviceState> StateDirectory::load() const {
  const UniqueFd directory = open_directory();
  if (!directory) return std::nullopt;
  const Secret text = read_file(directory.get());
  if (text.empty()) return std::nullopt;
  try {
    return state_from_json(text.view());
  } catch (const std::exception& error) {
    fail(path_ + "/" + kFile,
         std::string("is damaged: ") + error.what() + "; move it away and pair this device again");
  }
}

StateDirectory::Lock StateDirectory::lock() const {
  make_directories(path_);
  UniqueFd directory = open_directory();
  if (!directory) fail(path_, "was removed just now; try again");
  UniqueFd file(::openat(directory.get(), kLockFile, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) fail(path_ + "/" + kLockFile, error_text(errno));
  while (::flock(file.get(), LOCK_EX) != 0)
    if (errno != EINTR) fail(path_ + "/" + kLockFile, error_text(errno));
  return Lock(std::move(directory), std::move(file));
}

void StateDirectory::save(const DeviceState& state, const Lock& lock) const {
  const std::string path = path_ + "/" + kNewFile;
  const Secret text = tools::to_json(state);
  if (text.size() > api::kMaxJsonBytes)
    fail(path_, "holds too many pairings; use a further directory (--state)");
  const int directory = lock.directory_.get();
  // Whoever holds the lock is the only writer, so a file that is here was left by a crash.
  if (::unlinkat(directory, kNewFile, 0) != 0 && errno != ENOENT) fail(path, error_text(errno));
  const UniqueFd file(
      ::openat(directory, kNewFile, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) fail(path, error_text(errno));
  write_all(file.get(), text.view(), path);
  if (::fsync(file.get()) != 0 || ::renameat(directory, kNewFile, directory, kFile) != 0 ||
      ::fsync(directory) != 0)
    fail(path, error_text(errno));
}

Secret to_json(const DeviceState& state) {
  const api::Json object(json_object());
  json_t* const root = object.get();
  json_object_set_new(root, "format", json_integer(kFormat));
  set_text(root, "origin", state.origin.text());
  set_text(root, "ca_file", state.ca_file);
  set_text(root, "name", state.name);
  set_text(root, "device_id", state.device_id);
  set_secret(root, "signing_key", state.signing_key.to_pkcs8());
  set_secret(root, "agreement_key", state.agreement_key.to_pkcs8());
  api::Json pairings(json_array());
  for (const DevicePairing& pairing : state.pairings)
    json_array_append_new(pairings.get(), to_json(pairing).release());
  json_object_set_new(root, "pairings", pairings.release());
  std::string text = api::dump(root);
  return Secret::take(text);
}

DeviceState state_from_json(std::string_view text) {
  const api::Json object = api::parse_object(text);
  const json_t* const root = object.get();
  if (api::optional_integer(root, "format", 0) != kFormat)
    throw Failure("it was written by another version of toopher-authenticator");
  DeviceState state{Origin::parse(api::required_string(root, "origin")),
                    api::required_string(root, "ca_file"),
                    api::required_string(root, "name"),
                    api::required_string(root, "device_id"),
                    key_from(root, "signing_key"),
                    key_from(root, "agreement_key"),
                    {}};
  if (!is_uuid(state.device_id)) throw Failure("\"device_id\" is not a UUID");
  const json_t* const pairings = json_object_get(root, "pairings");
  if (!json_is_array(pairings)) throw Failure("\"pairings\" is not a list");
  for (std::size_t i = 0; i < json_array_size(pairings); ++i)
    state.put(pairing_from_json(json_array_get(pairings, i)));
  return state;
}

void wipe_json_memory() {
  json_set_alloc_funcs(std::malloc, free_wiped);
}

}  // namespace toopher::tools
