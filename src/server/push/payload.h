// SPDX-License-Identifier: Apache-2.0
// What a message says. It passes through other people's servers and lies on lock screens: who is asked, for which host and
// service, and where to answer; never a number, a secret or a decision.
#ifndef TOOPHER_SERVER_PUSH_PAYLOAD_H
#define TOOPHER_SERVER_PUSH_PAYLOAD_H

#include <cstddef>
#include <string>
#include <string_view>

#include "server/store/records.h"

namespace toopher::server::push {

/// To which push messages are padded, so that their length tells nothing.
inline constexpr std::size_t kPaddedSize = 2048;

/// Declarative Web Push: a browser without the app's service worker shows it as it is. `user` is the user's name, or empty.
[[nodiscard]] std::string web_push_payload(const Announcement& announcement, std::string_view user,
                                           std::string_view origin);

/// The body of ntfy's publish call: a title and a link.
[[nodiscard]] std::string ntfy_payload(const Announcement& announcement, std::string_view topic,
                                       std::string_view origin);

/// What `Topic` names a message by (RFC 8030 section 5.4): a later one replaces an earlier one that was not delivered.
[[nodiscard]] std::string topic_of(const Announcement& announcement);

}  // namespace toopher::server::push

#endif
