// SPDX-License-Identifier: Apache-2.0
// Who answers the calls of the table in routes.cc. All throw Refused, StoreError and NeedsHashes.
#ifndef TOOPHER_SERVER_HTTP_CALLS_H
#define TOOPHER_SERVER_HTTP_CALLS_H

#include "server/http/api_call.h"

namespace toopher::server::calls {

// calls_pairings.cc
Answer create_pairing(ApiCall& call);
Answer create_qr_pairing(ApiCall& call);
Answer create_sms_pairing(ApiCall& call);
Answer draw_qr_pairing(ApiCall& call);
Answer make_reset_link(ApiCall& call);
Answer send_reset_link(ApiCall& call);
Answer read_pairing(ApiCall& call);
Answer change_pairing(ApiCall& call);

// calls_requests.cc
Answer initiate(ApiCall& call);
Answer read_request(ApiCall& call);
Answer submit_code(ApiCall& call);
Answer cancel_request(ApiCall& call);

// calls_terminals.cc
Answer create_terminal(ApiCall& call);
Answer read_terminal(ApiCall& call);
Answer change_terminal(ApiCall& call);

// calls_validators.cc
Answer provision_validator(ApiCall& call);
Answer provision_list(ApiCall& call);
Answer read_validator(ApiCall& call);
Answer resync_validator(ApiCall& call);
Answer deactivate_validator(ApiCall& call);
Answer associate_validator(ApiCall& call);
Answer dissociate_validator(ApiCall& call);
Answer validators_of_user(ApiCall& call);

// calls_users.cc
Answer create_user(ApiCall& call);
Answer find_users(ApiCall& call);
Answer read_user(ApiCall& call);
Answer pairings_of_user(ApiCall& call);
Answer change_user(ApiCall& call);
Answer reset_user(ApiCall& call);
Answer make_recovery_codes(ApiCall& call);

}  // namespace toopher::server::calls

#endif
