// SPDX-License-Identifier: Apache-2.0
// The phone's app, built into the program (src/web/embed.sh), so that server and app are always of one version.
#ifndef TOOPHER_SERVER_HTTP_WEB_FILES_H
#define TOOPHER_SERVER_HTTP_WEB_FILES_H

#include <span>
#include <string_view>

namespace toopher::server {

struct WebFile {
  std::string_view path;  ///< of the URL
  const char* type;       ///< the media type
  const char* etag;       ///< with its quotation marks
  bool kept;              ///< its content never changes under this path
  std::string_view plain;
  std::string_view packed;  ///< the same by gzip; empty where that is no use
};

[[nodiscard]] std::span<const WebFile> web_files();

}  // namespace toopher::server

#endif
