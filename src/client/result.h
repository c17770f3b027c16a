// SPDX-License-Identifier: Apache-2.0
// What a call to a Toopher server may come to. No booleans: an outcome can only be read by naming it.
#ifndef TOOPHER_CLIENT_RESULT_H
#define TOOPHER_CLIENT_RESULT_H

#include <string>
#include <variant>

#include "base/secret.h"

namespace toopher::client {

/// Why there is no answer to believe; the words of helper/protocol.h.
enum class FailureKind { unreachable, credentials, forbidden, tls, protocol, rejected, internal };
struct Failed {
  FailureKind kind = FailureKind::internal;
  std::string text;  ///< names the server; fit for a log
};

/// The server answered that it will not ask this user.
enum class RefusalKind {
  unpaired,
  disabled,
  deactivated,
  not_authorized,
  code_required,
  phrase,
  approval_needed,
  wrong_token_code
};
struct Refused {
  RefusalKind kind = RefusalKind::not_authorized;
  std::string text;  ///< the server's, as it came
};

struct Abandoned {};  ///< the watch stopped the call
struct Pending {
  std::string id;
  std::string number;  ///< "" without number matching
};
struct Granted {
  std::string id;
  bool automated = false;
  std::string pairing_id{};  ///< whose phone or code granted it; "" if the server does not say
};
struct Denied {
  std::string id;
  int reason_code = 0;  ///< api/reason.h
  std::string reason;   ///< the server's, as it came
};
struct Expired {
  std::string id;
  bool final = false;  ///< the server said so; else it may still be pending there
  std::string text;    ///< why the server could not be asked at the end; "" if it could
};
struct Cancelled {};
struct Reached {};  ///< the server answered this requester
struct RecoveryCodes {
  Secret codes;  ///< with blanks between them
};
struct Paired {
  std::string id;
  std::string device{};           ///< its name; "" if the server does not say
  std::string key_fingerprint{};  ///< the device shows it too; "" if the server does not say
};
/// A code app, by its first right code.
struct CodeAppAdded {
  std::string id;
};
struct Invited {
  std::string id;
  Secret link;  ///< by which a device joins
  int expires_in = 0;
};

using InitiateResult = std::variant<Failed, Abandoned, Refused, Pending, Granted, Denied>;
using WaitResult = std::variant<Failed, Abandoned, Granted, Denied, Expired>;
using CancelResult = std::variant<Failed, Abandoned, Cancelled>;
using ReachResult = std::variant<Failed, Abandoned, Reached>;
using PairResult = std::variant<Failed, Abandoned, Refused, Pending>;
using InviteResult = std::variant<Failed, Abandoned, Refused, Invited>;
using RecoveryResult = std::variant<Failed, Abandoned, Refused, RecoveryCodes>;
using CodeAppResult = std::variant<Failed, Abandoned, Refused, CodeAppAdded>;
using PairWaitResult = std::variant<Failed, Abandoned, Paired, Denied, Expired>;

}  // namespace toopher::client

#endif
