// SPDX-License-Identifier: Apache-2.0
// How messages to people end, and by which way they went.
#ifndef TOOPHER_SERVER_PUSH_OUTCOME_H
#define TOOPHER_SERVER_PUSH_OUTCOME_H

#include <cstddef>

namespace toopher::server::push {

enum class Way { web_push, ntfy };
inline constexpr std::size_t kWays = 2;

enum class Outcome {
  accepted,   ///< 2xx
  gone,       ///< 404, 410: nobody is there any more
  refused,    ///< another answer, a certificate or an address that trying again does not change
  late,       ///< its time was over before anybody took it
  withdrawn,  ///< what it told ended before it was sent
  dropped,    ///< too many wait already
};
inline constexpr std::size_t kOutcomes = 6;

}  // namespace toopher::server::push

#endif
