// SPDX-License-Identifier: Apache-2.0
// What the person reads: every string of this file is a message that po/ translates. Prompts end in a colon and a blank;
// %s stands for a value.
#ifndef TOOPHER_PAM_MESSAGES_H
#define TOOPHER_PAM_MESSAGES_H

namespace toopher::pam::messages {

inline constexpr const char* kPressEnterOrCode = "Press Enter for a push, or type a one-time code: ";
inline constexpr const char* kApproveOrCode =
    "Approve the request on your phone and press Enter, or type a one-time code: ";
inline constexpr const char* kApproveNumberOrCode =
    "Approve the request on your phone (number %s) and press Enter, or type a one-time code: ";
inline constexpr const char* kCode = "One-time code: ";

inline constexpr const char* kApprove = "Approve the request on your phone.";
inline constexpr const char* kApproveNumber = "Approve the request on your phone (number %s).";
// The first value is what the administrator wrote as prompt-text.
inline constexpr const char* kOwnPrompt = "%s: ";
inline constexpr const char* kOwnNumberPrompt = "%s (number %s): ";
inline constexpr const char* kOwnNumberText = "%s (number %s)";

inline constexpr const char* kWaiting = "Waiting for your phone.";
inline constexpr const char* kNotAnswered = "The request was not answered in time.";
inline constexpr const char* kPushNotPossible = "No request can be sent to your phone now.";
inline constexpr const char* kDenied = "The request was denied on your phone.";
inline constexpr const char* kWrongNumber = "Another number was entered on the phone.";
inline constexpr const char* kWithdrawn = "The request was withdrawn.";

inline constexpr const char* kWrongLength = "A one-time code has 6 to 8 digits, a recovery code 12.";
inline constexpr const char* kInvalidCode = "That code is not valid.";
inline constexpr const char* kCodeAlreadyUsed = "That code was used already. Wait for the next one.";
inline constexpr const char* kRecoveryCodeAlreadyUsed =
    "That recovery code was used already. Take another one.";
inline constexpr const char* kCodesLocked =
    "Too many wrong codes. Codes are locked for a while; approve a request instead.";

inline constexpr const char* kOfflineCode =
    "The authentication server cannot be reached. Type an offline code (%s left): ";
inline constexpr const char* kOfflineLength = "An offline code has 10 digits.";
inline constexpr const char* kOfflineNotNow =
    "Offline codes are asked for where the authentication server cannot be reached.";
inline constexpr const char* kOfflineLocked =
    "No offline code counts any more, until you have logged in through the server.";
inline constexpr const char* kOfflineFew =
    "Offline codes left on this computer: %s. Make new ones with toopher-pair --offline-codes.";

inline constexpr const char* kUnpaired =
    "No phone is paired with this account. Pair one with toopher-pair, or ask your administrator.";
inline constexpr const char* kDisabled = "Your second factor is switched off. Ask your administrator.";
inline constexpr const char* kDeactivated =
    "The pairing with your phone was removed. Pair it again with toopher-pair, or ask your administrator.";
inline constexpr const char* kNotAuthorized =
    "The pairing was not confirmed on your phone yet. Open the app and confirm it.";

inline constexpr const char* kUnreachable = "The authentication server cannot be reached.";
inline constexpr const char* kServerFault =
    "The authentication server gave no usable answer. The system log says more.";
inline constexpr const char* kBroken =
    "Two-factor authentication is not set up correctly on this computer. The system log says more.";
inline constexpr const char* kUndecidable =
    "Whether you need a second factor cannot be found out now. The system log says more.";

}  // namespace toopher::pam::messages

#endif
