// SPDX-License-Identifier: Apache-2.0
#include "server/http/web.h"

#include <algorithm>

#include "base/text.h"
#include "server/http/web_files.h"

namespace toopher::server {

namespace {

/// Scripts of this server only, none that is made from text, and no frames, forms or other origins. One policy may name the
/// worker's address.
constexpr const char* kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types toopher";
constexpr const char* kWorkerPolicy = "default-src 'none'; connect-src 'self'; img-src 'self'";

/// A pairing link opens the app, which reads what stands behind its `#`.
const WebFile* file_at(std::string_view path) {
  if (path == "/enrol") path = "/";
  const auto files = web_files();
  const auto found =
      std::find_if(files.begin(), files.end(), [&](const WebFile& f) { return f.path == path; });
  return found == files.end() ? nullptr : &*found;
}

/// Whether a comma-separated field has this member. Weights are not looked at but for 0, RFC 9110 section 12.5.3.
bool accepts(std::string_view field, std::string_view coding) {
  for (const std::string_view member : split(field, ',')) {
    const auto parts = split(trim(member), ';');
    if (to_lower_ascii(trim(parts.front())) != coding) continue;
    const std::string_view weight = parts.size() > 1 ? trim(parts[1]) : std::string_view();
    return weight.find_first_not_of("q=0.") != std::string_view::npos || weight.empty();
  }
  return false;
}

/// RFC 9110 section 13.1.2.
bool has_it(const Request& request, const WebFile& file) {
  if (trim(request.if_none_match) == "*") return true;
  for (std::string_view tag : split(request.if_none_match, ',')) {
    tag = trim(tag);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == file.etag) return true;
  }
  return false;
}

void secure(Response& response, const WebFile& file) {
  auto& headers = response.headers;
  if (file.path == "/sw.js") headers.emplace_back("Content-Security-Policy", kWorkerPolicy);
  if (file.path != "/") return;
  headers.emplace_back("Content-Security-Policy", kPagePolicy);
  headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  headers.emplace_back("Referrer-Policy", "no-referrer");
  headers.emplace_back("Permissions-Policy",
                       "camera=(self), microphone=(), geolocation=(), payment=(), usb=()");
}

}  // namespace

std::optional<Response> web_answer(const Request& request) {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  const WebFile* const file = reads ? file_at(request.path()) : nullptr;
  if (file == nullptr) return std::nullopt;
  Response response;
  response.content_type = file->type;
  response.cache_control = file->kept ? "public, max-age=31536000, immutable" : "no-cache";
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!file->kept) response.headers.emplace_back("ETag", file->etag);
  secure(response, *file);
  if (has_it(request, *file)) {
    response.status = 304;
    return response;
  }
  const bool packed = !file->packed.empty() && accepts(request.accept_encoding, "gzip");
  if (packed) response.headers.emplace_back("Content-Encoding", "gzip");
  response.body = packed ? file->packed : file->plain;
  return response;
}

}  // namespace toopher::server
