// SPDX-License-Identifier: Apache-2.0
// Which push services are sent to. A browser names the endpoint, so without such a list anybody with a phone could have the
// server call any address.
#ifndef TOOPHER_WEBPUSH_HOSTS_H
#define TOOPHER_WEBPUSH_HOSTS_H

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "webpush/endpoint.h"

namespace toopher::webpush {

/// The services of Mozilla, Google, Apple and Microsoft.
inline constexpr std::string_view kKnownHosts =
    "*.push.services.mozilla.com, fcm.googleapis.com, *.push.apple.com, *.notify.windows.com";

class Hosts {
 public:
  /// A list separated by commas: `HOST`, `*.SUFFIX` (https, port 443, and no private address), or an origin with its scheme
  /// and port, which is meant as it stands, private address or not. Nothing if an entry is none of these.
  static std::optional<Hosts> parse(std::string_view list);

  [[nodiscard]] bool allow(const Origin& origin) const;
  /// Whether the operator named exactly this origin, so that its address may be a private one.
  [[nodiscard]] bool name(const Origin& origin) const;

 private:
  std::vector<std::string> hosts_;
  std::vector<std::string> suffixes_;  ///< with the dot in front
  std::vector<Origin> origins_;
};

}  // namespace toopher::webpush

#endif
