// SPDX-License-Identifier: Apache-2.0
#include "client/base_url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>

#include <memory>
#include <new>

namespace toopher::client {
namespace {

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlDeleter>;

/// Whether libcurl could do it. Throws std::bad_alloc where only memory was missing: a part that is there must not count as
/// missing.
bool done(CURLUcode code) {
  if (code == CURLUE_OUT_OF_MEMORY) throw std::bad_alloc();
  return code == CURLUE_OK;
}

std::string part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (!done(curl_url_get(url, which, &text, 0))) return {};
  const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
  return owned.get();
}

/// curl itself resolves localhost to 127.0.0.1 and ::1, whatever DNS says.
bool is_this_machine(std::string host) {
  if (host == "localhost") return true;
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  in_addr v4{};
  in6_addr v6{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == IN_LOOPBACKNET;
  return ::inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace

std::optional<BaseUrl> BaseUrl::parse(std::string_view text) {
  const Url url(curl_url());
  const std::string whole(text);
  if (!url) throw std::bad_alloc();
  if (!done(curl_url_set(url.get(), CURLUPART_URL, whole.c_str(), 0))) return std::nullopt;
  const std::string scheme = part(url.get(), CURLUPART_SCHEME);
  const std::string host = part(url.get(), CURLUPART_HOST);
  const bool encrypted = scheme == "https";
  if (!encrypted && !(scheme == "http" && is_this_machine(host))) return std::nullopt;
  for (const CURLUPart unwanted : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS, CURLUPART_QUERY,
                                   CURLUPART_FRAGMENT, CURLUPART_ZONEID})
    if (!part(url.get(), unwanted).empty()) return std::nullopt;
  const std::string path = part(url.get(), CURLUPART_PATH);
  const std::string port = part(url.get(), CURLUPART_PORT);
  const std::string origin = scheme + "://" + host + (port.empty() ? "" : ":" + port);
  return BaseUrl(origin + path + (path.ends_with('/') ? "" : "/"), origin, encrypted);
}

}  // namespace toopher::client
