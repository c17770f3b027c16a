// SPDX-License-Identifier: Apache-2.0
#include "webauthn/relying_party.h"

#include <arpa/inet.h>

namespace toopher::webauthn {

namespace {

constexpr std::string_view kSecure = "https://";

bool is_address(const std::string& host) {
  in_addr address{};
  return host.starts_with('[') || ::inet_aton(host.c_str(), &address) != 0;
}

}  // namespace

std::string relying_party_id(std::string_view origin) {
  const auto scheme = origin.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::string_view authority = origin.substr(scheme + 3);
  const auto bracket = authority.find(']');
  const auto port = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return std::string(authority.substr(0, port));
}

bool can_verify_at(std::string_view origin) {
  const std::string host = relying_party_id(origin);
  if (host == "localhost") return true;
  return origin.starts_with(kSecure) && !host.empty() && !is_address(host);
}

}  // namespace toopher::webauthn
