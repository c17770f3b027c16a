// SPDX-License-Identifier: Apache-2.0
// The calls of the Toopher API v1: one table of what there is, what it needs, and who answers.
#ifndef TOOPHER_SERVER_HTTP_ROUTES_H
#define TOOPHER_SERVER_HTTP_ROUTES_H

#include <span>
#include <string>
#include <string_view>

#include "server/http/api_call.h"

namespace toopher::server {

/// The scope that a requester needs for a call; the services check it once more.
enum class Needs { any, login, enrol_or_admin, admin };

struct Route {
  std::string_view method;
  std::string_view path;  ///< below /v1/; `*` stands for one id
  Needs needs;
  Answer (*answer)(ApiCall&);
};

std::span<const Route> routes();

struct Target {
  const Route* route = nullptr;  ///< nullptr: there is no such call
  std::string id;                ///< what stood for `*`
};

/// `path` is what follows /v1/.
Target find_route(std::string_view method, std::string_view path);

/// Throws Refused (403) where the caller lacks the scope.
void require_access(const Caller& caller, Needs needs);

/// As the documentation has it: "any", "login", "enrol or admin", "admin".
std::string_view to_text(Needs needs);

}  // namespace toopher::server

#endif
