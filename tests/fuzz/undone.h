// SPDX-License-Identifier: Apache-2.0
// A call within a transaction that is undone, so that each input meets the same database.
#ifndef TOOPHER_TESTS_FUZZ_UNDONE_H
#define TOOPHER_TESTS_FUZZ_UNDONE_H

#include <string>

#include "fuzz/targets.h"
#include "server/http/answer.h"
#include "unit/server_world.h"

namespace toopher::fuzz {

/// Runs `answer(context)` and requires what holds for the answer to whatever a stranger sends.
template <typename Answer>
void undone(server::World& world, Answer answer) {
  struct Undo {};
  const auto operation = [&](server::Transaction& transaction) {
    server::Context context{transaction, world.now, server::kOrigin, nullptr};
    try {
      const server::Answer given = answer(context);
      require(given.status < 500, "no input is the server's failure");
      require(given.body.find("\"granted\":true") == std::string::npos, "nobody gets in by input alone");
      require(given.body.find("secret of ") == std::string::npos, "no secret of a requester is told");
    } catch (const server::NeedsHashes&) {
      throw Undo();
    } catch (const server::NotText&) {
      throw Undo();
    }
    throw Undo();
  };
  try {
    world.submitted(operation).get();
  } catch (const Undo&) {
    return;
  }
}

}  // namespace toopher::fuzz

#endif
