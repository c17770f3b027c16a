// SPDX-License-Identifier: Apache-2.0
#include "oauth/verify.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <iterator>
#include <span>
#include <utility>

#include "base/text.h"
#include "oauth/signature.h"

namespace toopher::oauth {
namespace {

/// More OAuth parameters than any client sends: they are compared with each other before anything is verified.
constexpr std::size_t kMaxOauth = 32;
constexpr std::uint64_t kLastTimestamp = 253402300799;  // end of the year 9999

bool is_oauth(const Parameter& parameter) {
  return parameter.name.rfind("oauth_", 0) == 0;
}

/// Moves the oauth_* parameters of `from` to the end of the result.
Parameters take_oauth(Parameters& from) {
  const auto own =
      std::stable_partition(from.begin(), from.end(), [](const Parameter& p) { return !is_oauth(p); });
  Parameters taken(std::make_move_iterator(own), std::make_move_iterator(from.end()));
  from.erase(own, from.end());
  return taken;
}

bool has_double_name(const Parameters& parameters) {
  for (auto i = parameters.begin(); i != parameters.end(); ++i)
    if (std::any_of(i + 1, parameters.end(), [&](const Parameter& p) { return p.name == i->name; }))
      return true;
  return false;
}

std::string text_of(const Parameters& parameters, std::string_view name) {
  const std::string* value = find(parameters, name);
  return value == nullptr ? std::string() : *value;
}

/// The query, read as far as it can matter: what cannot be decoded beside a form body is the .NET libraries'
/// unescaped copy of that body. It is not used, and with it in the way only the body can verify.
std::optional<Parameters> read_query(const SignedRequest& request) {
  auto query = parse_form(request.query);
  if (!query && !request.form_body.empty() && !request.authorization.empty()) return Parameters{};
  return query;
}

/// The one place that holds OAuth parameters; nothing if there are several.
std::optional<Parameters> oauth_of(const SignedRequest& request, Parameters& query, Parameters& form) {
  Parameters header;
  if (!request.authorization.empty()) {
    auto parsed = parse_authorization_header(request.authorization);
    if (!parsed) return std::nullopt;
    header = std::move(*parsed);
  }
  Parameters found;
  // In the header everything belongs to OAuth, whatever its name.
  std::array<Parameters, 3> places = {std::move(header), take_oauth(query), take_oauth(form)};
  for (Parameters& place : places) {
    if (place.empty()) continue;
    if (!found.empty()) return std::nullopt;
    found = std::move(place);
  }
  if (found.size() > kMaxOauth || has_double_name(found)) return std::nullopt;
  return found;
}

bool is_acceptable(const Parameters& oauth) {
  const std::string* version = find(oauth, "oauth_version");
  return text_of(oauth, "oauth_signature_method") == "HMAC-SHA1" &&
         (version == nullptr || *version == "1.0") && text_of(oauth, "oauth_token").empty();
}

/// Whether the claim's signature is that of exactly these parameters.
bool is_signed(const SignedRequest& request, const Claim& claim, const Secret& secret,
               std::initializer_list<std::span<const Parameter>> parameters) {
  const std::string expected =
      sign_hmac_sha1(signature_base_string(request.method, request.url, parameters), secret);
  return equal_in_constant_time(expected, claim.signature);
}

}  // namespace

std::optional<Claim> read_claim(const SignedRequest& request) {
  auto query = read_query(request);
  auto form = parse_form(request.form_body);
  if (!query || !form) return std::nullopt;
  auto oauth = oauth_of(request, *query, *form);
  if (!oauth || !is_acceptable(*oauth)) return std::nullopt;

  Claim claim;
  claim.consumer_key = text_of(*oauth, "oauth_consumer_key");
  claim.nonce = text_of(*oauth, "oauth_nonce");
  claim.signature = text_of(*oauth, "oauth_signature");
  const auto timestamp = parse_decimal(text_of(*oauth, "oauth_timestamp"), kLastTimestamp);
  if (claim.consumer_key.empty() || claim.nonce.empty() || claim.signature.empty() || !timestamp)
    return std::nullopt;
  claim.timestamp = static_cast<std::int64_t>(*timestamp);
  oauth->erase(std::remove_if(oauth->begin(), oauth->end(),
                              [](const Parameter& p) { return p.name == "oauth_signature"; }),
               oauth->end());
  claim.oauth = std::move(*oauth);
  claim.query = std::move(*query);
  claim.form = std::move(*form);
  return claim;
}

Signed check_signature(const SignedRequest& request, const Claim& claim, const Secret& consumer_secret) {
  if (is_signed(request, claim, consumer_secret, {claim.query, claim.form, claim.oauth})) return Signed::all;
  const bool sent_twice = !claim.query.empty() && !claim.form.empty() && !request.authorization.empty();
  if (sent_twice && is_signed(request, claim, consumer_secret, {claim.form, claim.oauth}))
    return Signed::form;
  return Signed::nothing;
}

Parameters parameters_of(Claim claim, Signed which) {
  if (which == Signed::nothing) return {};
  if (which == Signed::all)
    claim.form.insert(claim.form.begin(), std::make_move_iterator(claim.query.begin()),
                      std::make_move_iterator(claim.query.end()));
  return std::move(claim.form);
}

}  // namespace toopher::oauth
