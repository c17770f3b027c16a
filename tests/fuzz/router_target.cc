// SPDX-License-Identifier: Apache-2.0
// Signed calls of a host over a real database: lines of method and path with query, then the form. Whatever a host sends, nobody
// gets in without phone or code, and nothing is the server's own failure. Each input meets the same database.
#include <string>

#include "fuzz/targets.h"
#include "fuzz/undone.h"
#include "oauth/signature.h"
#include "server/http/toopher_api.h"

namespace toopher::fuzz {

namespace {

using server::kOrigin;
using server::kSecond;

struct Place {
  server::World world;
  server::Phone phone = world.pair("jdoe");
  unsigned long nonce = 0;

  [[nodiscard]] server::Request request(std::string_view input) {
    server::Request request;
    request.method = take_line(input);
    request.target = "/v1/" + std::string(take_line(input));
    request.host = kOrigin.substr(kOrigin.find("//") + 2);
    const auto form = oauth::parse_form(request.method == "GET" ? request.query() : input);
    if (request.method != "GET") {
      request.target = request.path();
      request.content_type = "application/x-www-form-urlencoded";
      request.body = input;
    }
    request.authorization = oauth::authorization_header(
        {world.login.consumer_key, Secret("secret of login host")}, request.method,
        kOrigin + std::string(request.path()), form.value_or(oauth::Parameters()), std::to_string(++nonce),
        world.now / kSecond);
    return request;
  }

  [[nodiscard]] bool has_a_good_code(std::string_view input) const {
    for (const int step : {-1, 0, 1})
      if (input.find(world.code(phone, step)) != std::string_view::npos) return true;
    return false;
  }
};

}  // namespace

void router(std::string_view input) {
  static Place place;
  if (place.has_a_good_code(input)) return;
  const server::Request request = place.request(input);
  undone(place.world, [&](server::Context& context) {
    return server::answer_toopher_call(context, request, {"/bin/false", "/bin/false"});
  });
}

}  // namespace toopher::fuzz
