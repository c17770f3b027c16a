// SPDX-License-Identifier: Apache-2.0
#include "oauth/signature.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace toopher::oauth {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

using Groups = std::initializer_list<std::span<const Parameter>>;

/// A name and its value, encoded.
using Encoded = std::pair<std::string_view, std::string_view>;

std::size_t count_of(Groups groups) {
  return std::accumulate(groups.begin(), groups.end(), std::size_t{0},
                         [](std::size_t count, const auto& group) { return count + group.size(); });
}

std::size_t bytes_of(Groups groups) {
  std::size_t bytes = 0;
  for (const auto& group : groups)
    for (const Parameter& parameter : group) bytes += parameter.name.size() + parameter.value.size();
  return bytes;
}

/// All parameters, encoded as views into `text`, which is filled for them.
std::vector<Encoded> encode(Groups groups, std::string& text) {
  text.reserve(3 * bytes_of(groups));  // never moved: the views stay, and a secret leaves no copy behind
  const auto appended = [&text](std::string_view plain) {
    const std::size_t start = text.size();
    append_percent_encoded(text, plain);
    return std::string_view(text).substr(start);
  };
  std::vector<Encoded> encoded;
  encoded.reserve(count_of(groups));
  for (const auto& group : groups) {
    for (const Parameter& parameter : group) {
      const std::string_view name = appended(parameter.name);
      encoded.emplace_back(name, appended(parameter.value));
    }
  }
  return encoded;
}

/// What is encoded already, once more: but for `%` it is of characters that stand for themselves.
void append_encoded_again(std::string& out, std::string_view encoded) {
  for (;;) {
    const auto percent = encoded.find('%');
    out += encoded.substr(0, percent);
    if (percent == std::string_view::npos) return;
    out += "%25";
    encoded.remove_prefix(percent + 1);
  }
}

/// Section 3.4.1.3.2: encoded, sorted by name and then value, joined; and that encoded once more, as 3.4.1.1 asks.
void append_normalized(std::string& out, Groups groups) {
  std::string text;
  std::vector<Encoded> parameters = encode(groups, text);
  std::sort(parameters.begin(), parameters.end());
  constexpr std::string_view kEquals = "%3D";
  constexpr std::string_view kAnd = "%26";
  // Each `%` of the first encoding takes two bytes more in the second, as it did in the first.
  out.reserve(out.size() + 2 * text.size() - bytes_of(groups) +
              parameters.size() * (kEquals.size() + kAnd.size()));
  std::string_view separator;
  for (const auto& [name, value] : parameters) {
    out += std::exchange(separator, kAnd);
    append_encoded_again(out, name);
    out += kEquals;
    append_encoded_again(out, value);
  }
}

}  // namespace

std::string base_string_uri(std::string_view url) {
  url = url.substr(0, std::min(url.find('?'), url.find('#')));
  const auto colon = url.find("://");
  if (colon == std::string_view::npos) return std::string(url);
  const auto slash = url.find('/', colon + 3);
  std::string uri = to_lower_ascii(url.substr(0, slash));
  const std::string_view port = uri.starts_with("http://")    ? ":80"
                                : uri.starts_with("https://") ? ":443"
                                                              : "";
  if (uri.size() > colon + 3 + port.size() && uri.ends_with(port)) uri.resize(uri.size() - port.size());
  return uri.append(slash == std::string_view::npos ? std::string_view("/") : url.substr(slash));
}

std::string signature_base_string(std::string_view method, std::string_view url, Groups parameters) {
  std::string base = upper(method);
  base += '&';
  append_percent_encoded(base, base_string_uri(url));
  base += '&';
  append_normalized(base, parameters);
  return base;
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
  oauth.push_back({"oauth_signature", sign_hmac_sha1(signature_base_string(method, url, {parameters, oauth}),
                                                     credentials.consumer_secret)});
  std::string header = "OAuth ";
  for (const Parameter& parameter : oauth) {
    if (header.back() == '"') header += ", ";
    header += parameter.name + "=\"" + percent_encode(parameter.value) + "\"";
  }
  return header;
}

}  // namespace toopher::oauth
