// SPDX-License-Identifier: Apache-2.0
// Pairings that begin at the host: it shows a link, a device joins by proving that it knows the link's secret
// (device/enrolment.h), and then allows the pairing like any other.
#ifndef TOOPHER_SERVER_SERVICE_ENROLMENT_H
#define TOOPHER_SERVER_SERVICE_ENROLMENT_H

#include <string>
#include <string_view>

#include "server/service/context.h"

namespace toopher::server {

struct Enrolment {
  Pairing pairing;  ///< pending, without a device
  Secret link;      ///< for the person; single use, good until pairing.expires
};

/// A link for `user`, good for `life`; the phone shows `requester` as who asks. `further_allowed`: the user may have a
/// factor already, because it approved this, or an administrator asks. Checks nothing and writes no audit event.
Enrolment make_enrolment(Context& context, const User& user, const Requester& requester, Millis life,
                         bool further_allowed);

/// The same for a requester's call. Makes the user if new. Scope enrol or admin. A user who has a factor already has to
/// have approved it: `authorization` is the proof (approvals.h). Throws Refused: 400, 403; 429 after too many links.
Enrolment create_enrolment(Context& context, const Caller& caller, std::string_view user_name,
                           std::string_view authorization);

/// What an administrator orders for somebody who cannot log in yet.
struct Invitation {
  std::string user_name;
  std::string requester;  ///< by name: who asks, as the phone shows it; empty: the only one with scope enrol
  Millis life = 0;        ///< at most rules::kMaxInvitationLife
};

struct Invited {
  Enrolment enrolment;
  Requester requester;
  bool further = false;  ///< the user has a factor already
};

/// The requester of the directory that is called so, or, without a name, the only one with scope enrol. Throws Refused: 400
/// where it has to be said which one; 404.
Requester enrolling_requester(Context& context, const std::string& directory, const std::string& name);

/// Makes the user if new. Scope admin. Throws Refused: 400, also where it has to be said which requester asks; 403; 404
/// for a requester that the directory does not have; 409 for a user who is disabled or has too many phones.
Invited invite(Context& context, const Caller& by, const Invitation& invitation);

/// The link of a pairing of the caller's that still waits for its device. Scope enrol or admin. Throws Refused: 403; 404.
Secret link_of_enrolment(Context& context, const Caller& caller, std::string_view pairing_id);

struct Joined {
  Pairing pairing;    ///< pending, until the device's signed decision
  std::string proof;  ///< the server's, raw
};

/// The device joins with its proof (raw). A wrong one is counted, and the fifth ends the link. Throws Refused: 404 for a
/// link that was used or is over, 403 for a wrong proof.
Joined join_enrolment(Context& context, const Device& device, std::string_view pairing_id,
                      std::string_view proof);

}  // namespace toopher::server

#endif
