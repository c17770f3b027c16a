// SPDX-License-Identifier: Apache-2.0
// What a call found, free of everything that waits.
#ifndef TOOPHER_SERVER_HTTP_ANSWER_H
#define TOOPHER_SERVER_HTTP_ANSWER_H

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "api/error.h"
#include "server/store/records.h"

namespace toopher::server {

struct Answer {
  int status = 200;
  std::string body;
  bool settled = true;    ///< false: a poll may wait for something better
  Millis changes_at = 0;  ///< when it changes by itself (an expiry); 0: never
  const char* content_type = "application/json; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers{};
  /// What takes too long for a transaction, to be done after the commit and away from the loop: its result is the answer.
  std::function<Answer()> errand{};
};

inline Answer to_answer(const api::ApiError& error) {
  return {error.http_status, api::to_json(error)};
}

}  // namespace toopher::server

#endif
