// SPDX-License-Identifier: Apache-2.0
// What a person decided, bound by the device's signature to exactly what the screen showed.
#ifndef TOOPHER_DEVICE_DECISION_H
#define TOOPHER_DEVICE_DECISION_H

#include <optional>
#include <string>
#include <string_view>

namespace toopher::device {

/// `not_me` is a denial that also raises an alarm.
enum class Choice { allow, deny, not_me };

[[nodiscard]] std::string_view to_text(Choice choice);  ///< "allow", "deny", "not_me"
[[nodiscard]] std::optional<Choice> choice_from_text(std::string_view text);

/// The bytes that are signed: the lines `toopher-decision-v1`, origin, pairing id, SHA-256 of `shown` in
/// hexadecimal, choice, number, each ended by a line feed. `shown` is the request's JSON text exactly as it
/// arrived; `number` is what was typed, empty if none was asked for. With `remember_days`, for a rule that answers the
/// same for so long, the first line is `toopher-decision-v2`, and the days in decimal are one more line at the end.
[[nodiscard]] std::string decision_bytes(std::string_view origin, std::string_view pairing_id,
                                         std::string_view shown, Choice choice, std::string_view number,
                                         int remember_days = 0);

}  // namespace toopher::device

#endif
