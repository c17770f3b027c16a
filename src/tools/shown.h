// SPDX-License-Identifier: Apache-2.0
// What the screen shows before a person decides: only what is in `shown`, because only that is signed.
#ifndef TOOPHER_TOOLS_SHOWN_H
#define TOOPHER_TOOLS_SHOWN_H

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "crypto/keys.h"
#include "tools/authenticator_api.h"

namespace toopher::tools {

/// A pairing that waits for an answer; texts as the server sent them.
struct ShownPairing {
  std::string requester;
  std::string user;
  crypto::PublicKey server_key;
};

/// A login that waits for an answer; texts as the server sent them.
struct ShownRequest {
  std::string requester;
  std::string user;
  std::string terminal;
  std::string action;
  std::vector<std::pair<std::string, std::string>> metadata;  ///< label and value, in the order of display
  bool metadata_verified = false;
  unsigned number_digits = 0;  ///< 0: no number is asked for
  std::int64_t expires = 0;    ///< seconds since 1970, the server's clock
};

/// Throw Failure where `shown` cannot be read or speaks of something else than what it came with.
[[nodiscard]] ShownPairing read_shown(const PendingPairing& pairing);
[[nodiscard]] ShownRequest read_shown(const PendingRequest& request);

/// Lines for a terminal, nothing in them but text; each ended by a line feed.
[[nodiscard]] std::string render(const ShownPairing& pairing, const std::string& origin);
/// `seconds_left` and `others_pending` (further requests of the same user) are shown too.
[[nodiscard]] std::string render(const ShownRequest& request, std::int64_t seconds_left,
                                 std::int64_t others_pending);

}  // namespace toopher::tools

#endif
