// SPDX-License-Identifier: Apache-2.0
#include "pam/text.h"

#include <security/pam_appl.h>

namespace toopher::pam {

std::string Text::in(const Catalogue& catalogue) const {
  std::string text = fill_in(catalogue.translate(message_), {first_, second_});
  return text.size() < PAM_MAX_MSG_SIZE ? text : fill_in(message_, {first_, second_});
}

}  // namespace toopher::pam
