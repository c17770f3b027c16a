// SPDX-License-Identifier: Apache-2.0
// A call from somebody who has no secret: lines of method, path, query and header, then the body.
#include "fuzz/targets.h"
#include "oauth/verify.h"

namespace toopher::fuzz {

void oauth(std::string_view input) {
  static const Secret secret("nobody knows this");
  oauth::SignedRequest request;
  request.method = take_line(input);
  request.url = take_line(input);
  request.query = take_line(input);
  request.authorization = take_line(input);
  request.form_body = input;
  const auto claim = oauth::read_claim(request);
  if (!claim) return;
  require(!claim->consumer_key.empty() && !claim->nonce.empty(), "a claim is complete");
  require(oauth::check_signature(request, *claim, secret) == oauth::Signed::nothing,
          "nobody signs without the secret");
}

}  // namespace toopher::fuzz
