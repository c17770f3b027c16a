// SPDX-License-Identifier: Apache-2.0
// Digests of recovery codes, which take too long for a transaction: whoever runs the operation computes them in between.
#ifndef TOOPHER_SERVER_SERVICE_SLOW_HASHES_H
#define TOOPHER_SERVER_SERVICE_SLOW_HASHES_H

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

namespace toopher::server {

/// What scrypt makes of some codes under one salt.
struct SlowHashes {
  Secret salt;
  std::vector<Secret> codes;
  std::vector<std::string> hashes;  ///< as many as codes, once computed

  /// About 40 ms and 16 MiB for each code. Throws CryptoError.
  void compute();
  /// Whether these are the digests of this one code.
  [[nodiscard]] bool are_of(std::string_view wanted_salt, std::string_view code) const;
};

/// Thrown by an operation, which is undone by that: compute `wanted`, and run it again with them in its Context.
class NeedsHashes : public std::exception {
 public:
  explicit NeedsHashes(std::shared_ptr<SlowHashes> wanted) : wanted_(std::move(wanted)) {}
  [[nodiscard]] const std::shared_ptr<SlowHashes>& wanted() const { return wanted_; }
  [[nodiscard]] const char* what() const noexcept override { return "a digest has to be computed first"; }

 private:
  std::shared_ptr<SlowHashes> wanted_;
};

}  // namespace toopher::server

#endif
