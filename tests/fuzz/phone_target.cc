// SPDX-License-Identifier: Apache-2.0
// Signed calls of a phone while a login waits for it: a line of method and one of path with query, then the body. `*` in the
// path stands for the login. Without a signed decision nobody gets in.
#include <string>

#include "device/call_signature.h"
#include "fuzz/targets.h"
#include "fuzz/undone.h"
#include "server/http/authenticator_api.h"

namespace toopher::fuzz {

namespace {

struct Place {
  server::World world;
  server::Phone phone = world.pair("jdoe");
  std::string login = world.push("jdoe").id;
  server::PhonePolicy policy{
      std::make_shared<server::PushPolicy>(
          server::PushPolicy{phone.signing.public_point(), "", *webpush::Hosts::parse(webpush::kKnownHosts)}),
      server::UserVerification::required};
};

}  // namespace

void phone(std::string_view input) {
  static Place place;
  server::Request request;
  request.method = take_line(input);
  request.target = std::string(server::kAuthenticatorApiPath) + std::string(take_line(input));
  if (const auto star = request.target.find('*'); star != std::string::npos)
    request.target.replace(star, 1, place.login);
  request.body = input;
  request.address = "192.0.2.1";
  request.authorization =
      device::authorize_call({request.method, request.target, request.body}, server::kOrigin,
                             place.phone.device.id, place.world.now / server::kSecond, place.phone.signing);
  undone(place.world, [&](server::Context& context) {
    return server::answer_authenticator_call(context, request, place.policy);
  });
}

}  // namespace toopher::fuzz
