// SPDX-License-Identifier: Apache-2.0
#include "pam/policy.h"

namespace toopher::pam {

Requirement requirement(const config::Options& options, Groups& groups) {
  using config::Availability;
  if (options.availability == Availability::none) return Requirement::exempt;
  if (groups.contain(options.excluded_group)) return Requirement::exempt;
  if (options.availability == Availability::required && !options.nullok) return Requirement::required;
  if (groups.contain(options.required_group)) return Requirement::required;
  const bool optional =
      options.availability != Availability::groups || groups.contain(options.available_group);
  groups.vouch();
  return optional ? Requirement::optional : Requirement::exempt;
}

}  // namespace toopher::pam
