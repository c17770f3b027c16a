// SPDX-License-Identifier: Apache-2.0
// The numbers the rules are made of.
#ifndef TOOPHER_SERVER_SERVICE_RULES_H
#define TOOPHER_SERVER_SERVICE_RULES_H

#include <cstddef>

#include "server/store/records.h"

namespace toopher::server::rules {

// OAuth and device calls
inline constexpr Millis kClockWindow = 5 * kMinute;  // a timestamp may be this far away
inline constexpr std::size_t kMaxNonce = 256;
// What was made later than now by more than instances' clocks may differ was made before the clock was set back.
inline constexpr Millis kClockSkew = kMinute;

// Requests
inline constexpr int kMinTtlSeconds = 5;
inline constexpr int kMaxTtlSeconds = 300;
inline constexpr int kDefaultTtlSeconds = 60;
inline constexpr std::size_t kMaxPending = 3;           // pending pushes of one user
inline constexpr int kMaxRefused = 3;                   // refused or unanswered pushes ...
inline constexpr Millis kRefusedWindow = 10 * kMinute;  // ... within this time: codes only
inline constexpr Millis kMute = 20 * kMinute;           // no pushes after "this was not me"
inline constexpr Millis kRepeatLife = kMinute;          // after its expiry a request is no answer to a repeat
inline constexpr int kMinNumberDigits = 2;              // 10 to 99
inline constexpr int kMaxNumberDigits = 6;              // 100000 to 999999
inline constexpr std::size_t kMaxName = 256;            // bytes of a user, terminal or action name
inline constexpr std::size_t kMaxMetadata = 8192;       // bytes
inline constexpr std::size_t kMaxShownMember = 1024;    // bytes of one text of the metadata on a phone

// One-time codes
inline constexpr unsigned kCodeWindow = 1;               // time steps before and after now
inline constexpr int kMaxWrongCodes = 5;                 // wrong codes ...
inline constexpr Millis kWrongCodeWindow = 5 * kMinute;  // ... within this time lock codes
inline constexpr int kMaxTriedUsers = 20;                // users with one, from one requester: an alert
inline constexpr Millis kFirstLock = kMinute;            // doubled with each further lock
inline constexpr int kMaxLockDoublings = 6;
inline constexpr int kMaxWrongCodesPerDay = 50;  // then only an approved push unlocks
inline constexpr Millis kMaxBypass = 7 * kDay;

// Automation rules
inline constexpr int kMaxRuleDays = 365;
inline constexpr std::size_t kMaxRules = 50;  // in force, of one user

// Requesters
inline constexpr std::size_t kMaxRequesterName = 64;  // bytes, of a directory's name as well
inline constexpr Millis kMaxSecretOverlap = 90 * kDay;

// Hard tokens (OATH validators)
inline constexpr unsigned kEventWindow = 20;      // HOTP events ahead
inline constexpr unsigned kTokenStepWindow = 2;   // TOTP steps before and after the token's now
inline constexpr unsigned kResyncEvents = 10000;  // ahead
inline constexpr unsigned kResyncSteps = 1000;    // before and after now
inline constexpr std::size_t kMinSeed = 16;       // bytes (RFC 4226 section 4, R6)
inline constexpr std::size_t kMaxSeed = 64;       // bytes
inline constexpr int kMinStepSeconds = 10;
inline constexpr int kMaxStepSeconds = 300;
inline constexpr std::size_t kMaxSequence = 10;  // codes of one resynchronisation
inline constexpr std::size_t kMaxBulk = 500;     // validators of one call
inline constexpr std::size_t kMaxTokens = 10;    // of one user to whom a host gives another
inline constexpr int kMaxWrongResyncs = 5;       // of one validator ...
inline constexpr Millis kWrongResyncWindow = 5 * kMinute;

// Other code apps that phones have set up
inline constexpr std::size_t kMaxCodeApps = 5;  // of one user: each makes a guessed code more likely to fit
inline constexpr int kMaxNewCodeApps = 10;      // asked for, of one user: each leaves a row behind ...
inline constexpr Millis kNewCodeAppWindow = 60 * kMinute;

// Links by which a person removes a pairing
inline constexpr Millis kResetLinkLife = 60 * kMinute;
inline constexpr int kMaxWrongAnswers = 5;  // then the link is over

// Messages that a requester has sent, whether text or mail
inline constexpr int kMaxMessages = 60;      // of one requester ...
inline constexpr int kMaxMessagesToOne = 3;  // to one number or address ...
inline constexpr Millis kMessageWindow = 10 * kMinute;

// A phone's subscription to notifications: each is a line of the audit log
inline constexpr int kMaxSubscriptions = 20;  // of one device ...
inline constexpr Millis kSubscriptionWindow = 10 * kMinute;

// Notifications to try out whether they arrive
inline constexpr int kMaxPushTests = 5;  // of one device ...
inline constexpr Millis kPushTestWindow = kMinute;
inline constexpr Millis kPushTestLife = kMinute;

// What needs an approval by the factor that a user has
inline constexpr Millis kApprovalLife = 5 * kMinute;

// Pairing
inline constexpr Millis kPhraseLife = 10 * kMinute;
inline constexpr Millis kPairingLife = 5 * kMinute;  // until the phone must have answered
inline constexpr std::size_t kMaxPhones = 10;  // of one user: each makes a guessed code more likely to fit
inline constexpr Millis kEnrolmentLife = 10 * kMinute;  // of a link, until a device has joined
inline constexpr Millis kInvitationLife = kDay;         // of an administrator's link, unless said otherwise
inline constexpr Millis kMaxInvitationLife = 7 * kDay;
inline constexpr int kMaxLinks = 300;  // of one requester without scope admin ...
inline constexpr Millis kLinkWindow = 10 * kMinute;
inline constexpr int kMaxWrongProofs = 5;    // then the link is over
inline constexpr int kMaxWrongPhrases = 20;  // of one requester ...
inline constexpr Millis kWrongPhraseWindow = 10 * kMinute;
inline constexpr int kMaxNewDevices = 60;  // from one address ...
inline constexpr Millis kNewDeviceWindow = kMinute;

}  // namespace toopher::server::rules

#endif
