// SPDX-License-Identifier: Apache-2.0
// A line between the module and the helper, as either side reads it.
#include <string>

#include "fuzz/targets.h"
#include "helper/protocol.h"

namespace toopher::fuzz {

void protocol(std::string_view input) {
  const auto message = helper::Message::from_line(input);
  if (!message) return;
  require(input.find_first_of(std::string_view("\n\0", 2)) == std::string_view::npos, "a line is one line");
  Secret line;
  try {
    line = message->to_line();
  } catch (const std::length_error&) {
    return;  // what was read may be longer than what may be sent
  }
  std::string_view again = line.view();
  require(again.ends_with('\n'), "a line ends");
  again.remove_suffix(1);
  const auto reread = helper::Message::from_line(again);
  require(reread.has_value() && reread->verb() == message->verb(), "what was read can be sent");
  require(reread->to_line().view() == line.view(), "there is one form of a message");
}

}  // namespace toopher::fuzz
