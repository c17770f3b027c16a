// SPDX-License-Identifier: Apache-2.0
#include "base/url.h"

#include "base/text.h"

namespace toopher {

namespace {

constexpr std::string_view kBeforeAuthority = "://";
constexpr std::size_t kEmptyBrackets = 2;

/// "" if there is none.
std::string_view host_at_start_of(std::string_view authority) {
  if (!authority.starts_with('[')) return authority.substr(0, authority.find_first_of(":[]"));
  const std::string_view host = authority.substr(0, authority.find(']') + 1);
  return host.size() > kEmptyBrackets ? host : std::string_view();
}

}  // namespace

std::optional<Authority> authority_of(std::string_view url) {
  const auto scheme_end = url.find(kBeforeAuthority);
  if (scheme_end == std::string_view::npos) return std::nullopt;
  std::string_view rest = url.substr(scheme_end + kBeforeAuthority.size());
  rest = rest.substr(0, rest.find_first_of("/?#"));
  Authority authority{host_at_start_of(rest), std::nullopt};
  if (authority.host.empty() || rest.find('@') != std::string_view::npos) return std::nullopt;
  rest.remove_prefix(authority.host.size());
  if (rest.empty() || rest == ":") return authority;
  const auto port = parse_decimal(rest.substr(1), UINT16_MAX);
  if (rest.front() != ':' || !port) return std::nullopt;
  authority.port = static_cast<std::uint16_t>(*port);
  return authority;
}

}  // namespace toopher
