// SPDX-License-Identifier: Apache-2.0
// Which origins browsers verify people for, and under which name.
#ifndef TOOPHER_WEBAUTHN_RELYING_PARTY_H
#define TOOPHER_WEBAUTHN_RELYING_PARTY_H

#include <string>
#include <string_view>

namespace toopher::webauthn {

/// The RP ID of `origin` (scheme://host[:port]): its host, without the port.
[[nodiscard]] std::string relying_party_id(std::string_view origin);

/// Whether browsers offer WebAuthn at `origin`: by https at a name, or at localhost; never at an address (W3C WebAuthn
/// Level 2, sections 5.1.3 and 5.1.4.1, "effective domain").
[[nodiscard]] bool can_verify_at(std::string_view origin);

}  // namespace toopher::webauthn

#endif
