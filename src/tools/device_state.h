// SPDX-License-Identifier: Apache-2.0
// What toopher-authenticator keeps between two runs: its server, its keys, its pairings and their code seeds.
#ifndef TOOPHER_TOOLS_DEVICE_STATE_H
#define TOOPHER_TOOLS_DEVICE_STATE_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "base/unique_fd.h"
#include "crypto/keys.h"
#include "tools/origin.h"

namespace toopher::tools {

/// A pairing that this device allowed.
struct DevicePairing {
  std::string id;
  std::string user;
  std::string requester;
  Secret seed;               ///< device::kSeedSize bytes
  std::int64_t created = 0;  ///< seconds since 1970
  bool confirmed = false;    ///< the server has said that it took the answer
};

struct DeviceState {
  Origin origin;
  std::string ca_file;  ///< "" : the system's certificate authorities
  std::string name;
  std::string device_id;
  crypto::PrivateKey signing_key;
  crypto::PrivateKey agreement_key;
  std::vector<DevicePairing> pairings;

  /// Adds it, or replaces the one of the same id.
  void put(DevicePairing pairing);
  [[nodiscard]] const DevicePairing* find(std::string_view id) const;
};

/// A directory of the caller's own (mode 0700) with one file (0600) that is only ever replaced whole.
class StateDirectory {
 public:
  /// Nothing is created before the first save.
  explicit StateDirectory(std::string path) : path_(std::move(path)) {}
  /// $XDG_DATA_HOME/toopher-authenticator, or the same below ~/.local/share. Throws Failure without a home.
  static StateDirectory of_this_user();

  /// Nothing where no device was set up yet. Throws Failure for a file that others may read or write, or that
  /// is not a state.
  [[nodiscard]] std::optional<DeviceState> load() const;

  /// Only one process at a time has it; others wait.
  class Lock {
   public:
    explicit Lock(UniqueFd directory, UniqueFd file)
        : directory_(std::move(directory)), file_(std::move(file)) {}

   private:
    friend class StateDirectory;
    UniqueFd directory_;
    UniqueFd file_;
  };
  /// Makes the directory where it is missing. Throws Failure.
  [[nodiscard]] Lock lock() const;

  /// Durable when it returns; a crash leaves the old or the new state, never a part. Throws Failure.
  void save(const DeviceState& state, const Lock& lock) const;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  [[nodiscard]] UniqueFd open_directory() const;
  [[nodiscard]] Secret read_file(int directory) const;

  std::string path_;
};

/// The file's text; a secret as a whole.
[[nodiscard]] Secret to_json(const DeviceState& state);
/// Throws api::JsonError, or Failure for a value of the right type that is wrong.
[[nodiscard]] DeviceState state_from_json(std::string_view text);

/// Makes jansson wipe what it frees. Call once, before any JSON is read: seeds and keys pass through it.
void wipe_json_memory();

}  // namespace toopher::tools

#endif
