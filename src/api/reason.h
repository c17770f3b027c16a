// SPDX-License-Identifier: Apache-2.0
// reason_code of an authentication request: 0 and 708 are Toopher's, those from 1000 on are this project's.
#ifndef TOOPHER_API_REASON_H
#define TOOPHER_API_REASON_H

namespace toopher::api::reason {

inline constexpr int kNone = 0;
inline constexpr int kOtpRequired = 708;   ///< no push is possible for this user now; a code is
inline constexpr int kDenied = 1000;       ///< the person said no
inline constexpr int kNotMe = 1001;        ///< the person said: this was not me
inline constexpr int kWrongNumber = 1002;  ///< number matching failed; one attempt only
inline constexpr int kExpired = 1003;      ///< nobody answered within the ttl
inline constexpr int kCancelled = 1004;    ///< withdrawn by the requester
inline constexpr int kInvalidCode = 1005;  ///< the one-time code is wrong; costs a try
inline constexpr int kCodeAlreadyUsed =
    1006;                                  ///< right code, accepted before: wait for the next; costs no try
inline constexpr int kCodesLocked = 1007;  ///< too many wrong codes; no code is accepted for a while
inline constexpr int kSupersededDenied =
    1008;  ///< the code was not looked at: the push of this login was denied

}  // namespace toopher::api::reason

#endif
