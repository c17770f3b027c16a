// SPDX-License-Identifier: Apache-2.0
#include "webpush/hosts.h"

#include <algorithm>

#include "base/text.h"

namespace toopher::webpush {

std::optional<Hosts> Hosts::parse(std::string_view list) {
  Hosts hosts;
  for (const std::string_view part : split(list, ',')) {
    const std::string_view entry = trim(part);
    if (entry.find("://") != std::string_view::npos) {
      auto origin = Origin::parse(entry);
      if (!origin) return std::nullopt;
      hosts.origins_.push_back(std::move(*origin));
      continue;
    }
    const bool all_below = entry.starts_with("*.");
    const auto origin = Origin::parse("https://" + std::string(entry.substr(all_below ? 2 : 0)));
    // `*.com` would be a mistake, and an address is named with its scheme.
    if (!origin || origin->port != Origin().port || origin->is_address() ||
        origin->host.find('.') == std::string::npos)
      return std::nullopt;
    if (all_below) {
      hosts.suffixes_.push_back("." + origin->host);
    } else {
      hosts.hosts_.push_back(origin->host);
    }
  }
  return hosts;
}

bool Hosts::allow(const Origin& origin) const {
  if (name(origin)) return true;
  if (!origin.https || origin.port != Origin().port || origin.is_address()) return false;
  return std::find(hosts_.begin(), hosts_.end(), origin.host) != hosts_.end() ||
         std::any_of(suffixes_.begin(), suffixes_.end(),
                     [&origin](const std::string& suffix) { return origin.host.ends_with(suffix); });
}

bool Hosts::name(const Origin& origin) const {
  return std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

}  // namespace toopher::webpush
