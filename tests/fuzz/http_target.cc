// SPDX-License-Identifier: Apache-2.0
// Bytes of a connection. However they arrive, the same request is read, or the same refusal.
#include <string>
#include <tuple>

#include "fuzz/targets.h"
#include "server/http/request_reader.h"

namespace toopher::fuzz {

namespace {

using server::RequestReader;

struct Outcome {
  RequestReader::State state = RequestReader::State::incomplete;
  int status = 0;
  std::string method, target, host, authorization, body, rest;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// What comes of `bytes` that arrive `step` at a time.
Outcome read(std::string_view bytes, std::size_t step) {
  RequestReader reader{server::Limits()};
  Outcome outcome;
  std::string input;
  while (!bytes.empty() && outcome.state == RequestReader::State::incomplete) {
    input += bytes.substr(0, step);
    bytes.remove_prefix(std::min(step, bytes.size()));
    outcome.state = reader.read(input);
  }
  if (outcome.state == RequestReader::State::refused) outcome.status = reader.refused_status();
  if (outcome.state != RequestReader::State::complete) return outcome;
  const server::Request request = reader.take();
  outcome.method = request.method;
  outcome.target = request.target;
  outcome.host = request.host;
  outcome.authorization = request.authorization;
  outcome.body = request.body;
  outcome.rest = input + std::string(bytes);
  return outcome;
}

}  // namespace

void http(std::string_view input) {
  const Outcome whole = read(input, input.size());
  if (whole.state == RequestReader::State::refused)
    require(whole.status >= 400 && whole.status < 600, "a refusal has a status of an error");
  if (whole.state != RequestReader::State::complete) return;
  require(whole.target.find_first_of(std::string_view(" \r\n\0", 4)) == std::string::npos,
          "a target is one word");
  require(whole.host.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos,
          "a field is one line");
  // Refusals may differ: of too much that arrives at once, more is known.
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}})
    require(read(input, step) == whole, "a request is the same however its bytes arrive");
}

}  // namespace toopher::fuzz
