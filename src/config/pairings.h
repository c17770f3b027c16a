// SPDX-License-Identifier: Apache-2.0
// ~/.toopher of the earlier Toopher module: which pairing a person uses on which computer.
#ifndef TOOPHER_CONFIG_PAIRINGS_H
#define TOOPHER_CONFIG_PAIRINGS_H

#include <string>
#include <string_view>

#include "config/ini.h"

namespace toopher::config {

/// The pairing id of the computer `host` in the file's section [Pairings]: the entry of that name (case does not matter), else
/// `shared-pairing-id`; "" if there is neither. Throws ConfigError naming `file` and line, for entries of other computers, too.
[[nodiscard]] std::string pairing_id_for(std::string_view text, const std::string& file,
                                         std::string_view host);

}  // namespace toopher::config

#endif
