// SPDX-License-Identifier: Apache-2.0
#include "oauth/signature.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace toopher::oauth {
namespace {

/// Removes a port that the scheme implies.
std::string_view without_default_port(std::string_view scheme, std::string_view authority) {
  const std::string_view port = scheme == "http" ? ":80" : scheme == "https" ? ":443" : "";
  if (!port.empty() && authority.size() > port.size() &&
      authority.substr(authority.size() - port.size()) == port)
    authority.remove_suffix(port.size());
  return authority;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

/// Section 3.4.1.3.2: encoded, sorted by name and then value, joined.
std::string normalized(const Parameters& parameters) {
  std::vector<std::pair<std::string, std::string>> encoded;
  encoded.reserve(parameters.size());
  for (const Parameter& parameter : parameters)
    encoded.emplace_back(percent_encode(parameter.name), percent_encode(parameter.value));
  std::sort(encoded.begin(), encoded.end());
  std::string text;
  for (const auto& [name, value] : encoded) {
    if (!text.empty()) text += '&';
    text += name;
    text += '=';
    text += value;
  }
  return text;
}

}  // namespace

std::string base_string_uri(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const auto colon = url.find("://");
  if (colon == std::string_view::npos) return std::string(url);
  const std::string scheme = to_lower_ascii(url.substr(0, colon));
  const std::string_view rest = url.substr(colon + 3);
  const auto slash = rest.find('/');
  const std::string authority = to_lower_ascii(rest.substr(0, slash));
  const std::string_view path = slash == std::string_view::npos ? std::string_view("/") : rest.substr(slash);
  return scheme + "://" + std::string(without_default_port(scheme, authority)) + std::string(path);
}

std::string signature_base_string(std::string_view method, std::string_view url,
                                  const Parameters& parameters) {
  return upper(method) + "&" + percent_encode(base_string_uri(url)) + "&" +
         percent_encode(normalized(parameters));
}

std::string sign_hmac_sha1(std::string_view base_string, const Secret& consumer_secret,
                           std::string_view token_secret) {
  std::string encoded = percent_encode(consumer_secret.view());
  Secret key = Secret::take(encoded);
  key.append("&");
  std::string encoded_token = percent_encode(token_secret);
  key.append(encoded_token);
  wipe(encoded_token);
  return crypto::base64_encode(crypto::hmac(crypto::Digest::sha1, key.view(), base_string));
}

std::string authorization_header(const Credentials& credentials, std::string_view method,
                                 std::string_view url, const Parameters& parameters, std::string_view nonce,
                                 std::int64_t timestamp) {
  Parameters oauth = {{"oauth_consumer_key", credentials.consumer_key},
                      {"oauth_nonce", std::string(nonce)},
                      {"oauth_signature_method", "HMAC-SHA1"},
                      {"oauth_timestamp", std::to_string(timestamp)},
                      {"oauth_version", "1.0"}};
  Parameters all = parameters;
  all.insert(all.end(), oauth.begin(), oauth.end());
  oauth.push_back({"oauth_signature",
                   sign_hmac_sha1(signature_base_string(method, url, all), credentials.consumer_secret)});
  std::string header = "OAuth ";
  for (const Parameter& parameter : oauth) {
    if (header.back() == '"') header += ", ";
    header += parameter.name + "=\"" + percent_encode(parameter.value) + "\"";
  }
  return header;
}

}  // namespace toopher::oauth
