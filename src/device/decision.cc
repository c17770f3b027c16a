// SPDX-License-Identifier: Apache-2.0
#include "device/decision.h"

#include "base/text.h"
#include "crypto/hash.h"
#include "device/lines.h"

namespace toopher::device {

std::string_view to_text(Choice choice) {
  switch (choice) {
    case Choice::allow:
      return "allow";
    case Choice::deny:
      return "deny";
    case Choice::not_me:
      return "not_me";
  }
  return {};
}

std::optional<Choice> choice_from_text(std::string_view text) {
  for (const Choice choice : {Choice::allow, Choice::deny, Choice::not_me})
    if (text == to_text(choice)) return choice;
  return std::nullopt;
}

std::string decision_bytes(std::string_view origin, std::string_view pairing_id, std::string_view shown,
                           Choice choice, std::string_view number, int remember_days) {
  const std::string hash = hex_encode(crypto::sha256(shown));
  if (remember_days == 0)
    return lines({"toopher-decision-v1", origin, pairing_id, hash, to_text(choice), number});
  return lines({"toopher-decision-v2", origin, pairing_id, hash, to_text(choice), number,
                std::to_string(remember_days)});
}

}  // namespace toopher::device
