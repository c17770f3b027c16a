// SPDX-License-Identifier: Apache-2.0
#include "pam/policy.h"

namespace toopher::pam {

std::optional<Requirement> requirement(const config::Options& options, const Membership& is_member) {
  using config::Availability;
  if (options.availability == Availability::none) return Requirement::exempt;

  const auto excluded = is_member(options.excluded_group);
  if (!excluded) return std::nullopt;
  if (*excluded) return Requirement::exempt;

  // Everybody is required: the group, and a look-up of it that might fail, makes no difference.
  if (options.availability == Availability::required && !options.nullok) return Requirement::required;

  const auto in_required = is_member(options.required_group);
  if (!in_required) return std::nullopt;
  if (*in_required) return Requirement::required;
  if (options.availability == Availability::required) return Requirement::optional;
  if (options.availability == Availability::available) return Requirement::optional;

  const auto in_available = is_member(options.available_group);
  if (!in_available) return std::nullopt;
  return *in_available ? Requirement::optional : Requirement::exempt;
}

}  // namespace toopher::pam
