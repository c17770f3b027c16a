// SPDX-License-Identifier: Apache-2.0
// The key file: the key that seals now, those that it replaced, and perhaps one that is to replace it. It is replaced as a
// whole, so that a crash leaves the old content or the new.
#ifndef TOOPHER_SERVER_ADMIN_KEY_FILE_H
#define TOOPHER_SERVER_ADMIN_KEY_FILE_H

#include <string>
#include <vector>

#include "base/secret.h"
#include "crypto/seal.h"

namespace toopher::server::admin {

/// 32 bytes in hexadecimal, one key a line: the current one first, then earlier ones; a line `next HEX` is a key that opens
/// already, and does not seal yet.
struct KeyFile {
  std::vector<Secret> keys;  ///< raw bytes, at least one
  Secret next;               ///< empty: none

  /// The current key seals, all of them open.
  [[nodiscard]] crypto::SealingKey sealing_key() const;
  [[nodiscard]] Secret text() const;
};

/// Throws FileError or std::runtime_error.
KeyFile read_key_file(const std::string& path);

/// With the owner and the mode that the file has. Throws std::runtime_error.
void replace_key_file(const std::string& path, const KeyFile& content);

}  // namespace toopher::server::admin

#endif
