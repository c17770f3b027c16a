// SPDX-License-Identifier: Apache-2.0
// Actions that a granted request can be the proof for. The names are what the phone shows, and part of the protocol.
#ifndef TOOPHER_API_APPROVED_ACTION_H
#define TOOPHER_API_APPROVED_ACTION_H

#include <string_view>

namespace toopher::api::approved_action {

inline constexpr std::string_view kPairAnother = "pair another phone";
inline constexpr std::string_view kAddToken = "add a code token";
inline constexpr std::string_view kNewRecoveryCodes = "make new recovery codes";
/// With the host's name behind it: its helper makes these, not the server.
inline constexpr std::string_view kNewOfflineCodesFor = "make offline codes for ";

/// Whether what `action` adds can log in as the user afterwards.
inline bool is_one(std::string_view action) {
  return action == kPairAnother || action == kAddToken || action == kNewRecoveryCodes ||
         action.starts_with(kNewOfflineCodesFor);
}

}  // namespace toopher::api::approved_action

#endif
