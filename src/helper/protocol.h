// SPDX-License-Identifier: Apache-2.0
// Lines between a caller (the module, the tools) and toopher-helper. Text, because the caller's end is parsed
// as root:
//
//     VERB key=value key=value\n        keys in lower case, values percent-encoded, at most kMaxLine bytes
//
// The helper speaks first: `ready version=1 [pairing-id=]`, or `failed` and an end. `pairing-id` comes from the file of
// the account that the helper was started for (pairing-source = file), if it is there and names one. Then the caller describes the login
// once and asks:
//
//     caller                                              helper answers with one of
//     login user= action= [terminal=] [terminal-extra=]   (nothing; no network yet)
//           [automation=1] [pairing-id=]
//           [host=] [service=] [rhost=] [tty=] [ruser=] [target=]
//           [command=] [directory=]
//     login nobody=1                                      (nothing) in its place: there is no such account. What
//                                                         follows is answered as for a phone that nobody looks at;
//                                                         the server is only asked whether it answers
//     push timeout-ms= ttl= [number=1]                    pending id= [number=]
//                                                         granted id= [automated=1]
//                                                         denied id= reason= [text=]
//                                                         refused kind= [text=]   the server does not ask
//                                                         failed kind= text=      no answer to believe
//     wait timeout-ms=                                    granted | denied | expired id= | failed
//     code otp= timeout-ms=                               granted | denied | refused | failed
//     cancel                                              cancelled; another push may follow
//     offline otp= timeout-ms=                            granted left= | denied reason= | failed
//     offline-ask timeout-ms= ttl= [number=1]             as push
//     offline-make timeout-ms=                            offline-codes codes= | failed
//     pair user= phrase= [authorization=] timeout-ms=     pending id= | refused kind=phrase [text=] | failed
//                                                         refused kind=approval-needed [text=]
//     pair-wait timeout-ms=                               paired id= | denied id= | expired id= | failed
//     recovery-codes user= [authorization=] timeout-ms=   recovery-codes codes= | failed
//                                                         refused kind=approval-needed [text=]
//     code-app user=                                      code-app link= server=   (no network yet)
//     code-app-add otp= [authorization=] timeout-ms=      code-app-added id= | failed
//                                                         refused kind=wrong-token-code [text=]
//                                                         refused kind=approval-needed [text=]
//
// A terminal without `terminal-extra` gets an identifier of its place (helper/terminal_id.h).
//     check server= user= timeout-ms=                     checked, after a `certificate` line for each of the chain;
//                                                         server= counts from 0; for root only
//     certificate subject= issuer= not-before= not-after= (seconds since 1970)
//     checked of= url= [address=] [tls=] ms= [status=] [ahead=] [behind=] [kind= text=] [user=known] [enabled=1]
//
// `timeout-ms` is what is left until the caller wants an answer; the helper answers before it. `ttl` is how many
// seconds the request lives. A code while a push is pending carries that push's id as `supersedes`. `interrupted`
// may come instead of any answer: a signal told the helper to give up; it has then withdrawn the push, or is about
// to. On end-of-file the helper withdraws a pending push and exits within a second.
//
// `failed kind=unreachable` carries `offline=`, a number, where that many offline codes of this user would count now: the
// helper has heard nothing else of any server in this session. `offline` checks one of them here and strikes it off
// before it answers. `offline-ask` has the phone approve new codes, which `offline-make` gives once, after `wait` said
// granted.
//
// The otpauth link of `code-app` holds a fresh secret, which this session alone remembers. The server hears of it by
// `code-app-add`, and takes it if the code is one of its codes, which may be tried again.
#ifndef TOOPHER_HELPER_PROTOCOL_H
#define TOOPHER_HELPER_PROTOCOL_H

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace toopher::helper {

inline constexpr std::size_t kMaxLine = 8192;  ///< with the line feed
inline constexpr std::string_view kVersion = "1";

namespace verb {
// to the helper
inline constexpr std::string_view kLogin = "login";
inline constexpr std::string_view kPush = "push";
inline constexpr std::string_view kWait = "wait";
inline constexpr std::string_view kCode = "code";
inline constexpr std::string_view kCancel = "cancel";
inline constexpr std::string_view kOffline = "offline";
inline constexpr std::string_view kOfflineAsk = "offline-ask";
inline constexpr std::string_view kOfflineMake = "offline-make";
inline constexpr std::string_view kPair = "pair";
inline constexpr std::string_view kPairLink = "pair-link";
inline constexpr std::string_view kPairWait = "pair-wait";
inline constexpr std::string_view kCheck = "check";
inline constexpr std::string_view kCertificate = "certificate";  // from the helper
inline constexpr std::string_view kChecked = "checked";
inline constexpr std::string_view kRecoveryCodes = "recovery-codes";  ///< and from the helper
inline constexpr std::string_view kCodeApp = "code-app";              ///< and from the helper
inline constexpr std::string_view kCodeAppAdd = "code-app-add";
// from the helper
inline constexpr std::string_view kReady = "ready";
inline constexpr std::string_view kPending = "pending";
inline constexpr std::string_view kGranted = "granted";
inline constexpr std::string_view kDenied = "denied";
inline constexpr std::string_view kExpired = "expired";
inline constexpr std::string_view kOfflineCodes = "offline-codes";
inline constexpr std::string_view kLink = "link";
inline constexpr std::string_view kPaired = "paired";
inline constexpr std::string_view kCodeAppAdded = "code-app-added";
inline constexpr std::string_view kRefused = "refused";
inline constexpr std::string_view kFailed = "failed";
inline constexpr std::string_view kCancelled = "cancelled";
inline constexpr std::string_view kInterrupted = "interrupted";
}  // namespace verb

/// `kind` of refused: by error code 705, 704, 707, 601, 708, 1010, 1011.
namespace refusal {
inline constexpr std::string_view kUnpaired = "unpaired";
inline constexpr std::string_view kDisabled = "disabled";
inline constexpr std::string_view kDeactivated = "deactivated";
inline constexpr std::string_view kNotAuthorized = "not-authorized";
inline constexpr std::string_view kCodeRequired = "code-required";  ///< no push now; a code may be sent
inline constexpr std::string_view kPhrase = "phrase";               ///< wrong, used or expired pairing phrase
/// The user has a second factor, and `authorization` must be the id of a request that it granted for this action.
inline constexpr std::string_view kApprovalNeeded = "approval-needed";
inline constexpr std::string_view kWrongTokenCode = "wrong-token-code";  ///< not one of the new token's
}  // namespace refusal

/// `kind` of failed. Only `unreachable` may be subject to failure-policy = allow.
namespace failure {
inline constexpr std::string_view kUnreachable = "unreachable";  ///< no base-url answered, or only with 5xx
inline constexpr std::string_view kCredentials = "credentials";  ///< 401, also after the clock was corrected
inline constexpr std::string_view kForbidden = "forbidden";      ///< 403: outside the requester's scope
inline constexpr std::string_view kTls = "tls";                  ///< certificate, name or protocol version
inline constexpr std::string_view kProtocol = "protocol";        ///< an answer that no Toopher server gives
inline constexpr std::string_view kRejected = "rejected";        ///< another 4xx, 429 included
inline constexpr std::string_view kConfig = "config";            ///< a file is wrong
inline constexpr std::string_view kInternal = "internal";        ///< anything else
}  // namespace failure

/// One line. Values may hold a code, so the text forms are Secrets.
class Message {
 public:
  explicit Message(std::string_view verb) : verb_(verb) {}

  [[nodiscard]] const std::string& verb() const { return verb_; }
  [[nodiscard]] bool is(std::string_view verb) const { return verb_ == verb; }
  /// Sets a value; an empty one is left out. Returns *this.
  Message& set(std::string_view key, std::string_view value) &;
  Message&& set(std::string_view key, std::string_view value) && { return std::move(set(key, value)); }
  /// "" if absent.
  [[nodiscard]] std::string_view get(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const { return fields_.contains(key); }

  /// With the line feed. Throws std::length_error above kMaxLine.
  [[nodiscard]] Secret to_line() const;
  /// `line` without its line feed; nothing if it is malformed (unknown characters, a key twice, a broken
  /// escape, a control character in a verb or key).
  static std::optional<Message> from_line(std::string_view line);

 private:
  std::string verb_;
  std::map<std::string, Secret, std::less<>> fields_;
};

}  // namespace toopher::helper

#endif
