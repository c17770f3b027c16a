// SPDX-License-Identifier: Apache-2.0
#include "tools/origin.h"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <memory>

#include "base/text.h"
#include "tools/failure.h"

namespace toopher::tools {
namespace {

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlDeleter>;

/// "" where the URL has no such part.
std::string part(const Url& url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, flags) != CURLUE_OK) return {};
  std::string copy = text;
  curl_free(text);
  return copy;
}

bool is_loopback(const std::string& host) {
  in_addr address{};
  if (::inet_pton(AF_INET, host.c_str(), &address) == 1) return (ntohl(address.s_addr) >> 24) == 127;
  return host == "localhost" || host == "[::1]";
}

}  // namespace

Origin Origin::parse(std::string_view typed) {
  const std::string shown = "server \"" + sanitize_for_display(typed) + "\"";
  const Url url(curl_url());
  const std::string text(trim(typed));
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_DEFAULT_SCHEME) != CURLUE_OK)
    throw UsageError(shown + " is not a URL; write it as https://login.example.org");
  if (!part(url, CURLUPART_USER).empty() || !part(url, CURLUPART_QUERY).empty() ||
      !part(url, CURLUPART_FRAGMENT).empty() || part(url, CURLUPART_PATH) != "/")
    throw UsageError(shown + " must be scheme, host and port only, as in https://login.example.org:8443");
  const std::string scheme = part(url, CURLUPART_SCHEME);
  const std::string host = to_lower_ascii(part(url, CURLUPART_HOST));
  if (scheme == "http" && !is_loopback(host))
    throw UsageError(shown + " must begin with https://; plain http is for loopback addresses only");
  if (scheme != "https" && scheme != "http") throw UsageError(shown + " must begin with https://");
  const std::string port = part(url, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
  return Origin(scheme + "://" + host + (port.empty() ? "" : ":" + port));
}

}  // namespace toopher::tools
