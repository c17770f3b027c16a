// SPDX-License-Identifier: Apache-2.0
// Where a browser wants its notifications sent, and a list of places that may be: a line of each.
#include "fuzz/targets.h"
#include "webpush/endpoint.h"
#include "webpush/hosts.h"
#include "webpush/vapid.h"

namespace toopher::fuzz {

void endpoint(std::string_view input) {
  const std::string_view url = take_line(input);
  (void)webpush::is_contact(input);
  const auto endpoint = webpush::Endpoint::parse(url);
  static const auto known = webpush::Hosts::parse(webpush::kKnownHosts);
  const auto hosts = webpush::Hosts::parse(input);
  if (hosts && endpoint && hosts->name(endpoint->origin()))
    require(hosts->allow(endpoint->origin()), "what is named is allowed");
  if (!endpoint) return;
  const auto kept = webpush::Endpoint::parse(endpoint->url());
  require(kept && kept->url() == endpoint->url() && kept->origin() == endpoint->origin(),
          "a URL can be read back");
  const auto again = webpush::Origin::parse(endpoint->origin().text());
  require(again == endpoint->origin(), "an origin can be read back");
  if (known->allow(endpoint->origin())) {
    require(endpoint->origin().https && endpoint->origin().port == 443,
            "known services are reached by https");
    require(!endpoint->origin().is_address() && !known->name(endpoint->origin()),
            "they are no private address");
  }
}

}  // namespace toopher::fuzz
