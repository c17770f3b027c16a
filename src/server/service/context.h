// SPDX-License-Identifier: Apache-2.0
// What every rule gets: the data, the time, who asks; and the way it says no.
#ifndef TOOPHER_SERVER_SERVICE_CONTEXT_H
#define TOOPHER_SERVER_SERVICE_CONTEXT_H

#include <exception>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "api/error.h"
#include "server/store/store.h"

namespace toopher::server {

struct SlowHashes;

/// One operation: valid within its transaction only.
struct Context {
  Transaction& store;
  Millis now;
  const std::string& origin;           ///< scheme://host[:port], part of what devices sign
  const SlowHashes* hashes = nullptr;  ///< what a first run of this operation asked for; nullptr: nothing yet
};

/// A requester whose signature was verified.
using Caller = Requester;

/// The answer is an error, and that is the operation's regular result: what was written before (a nonce, a counted try)
/// is committed. Rules check first and write afterwards.
class Refused : public std::exception {
 public:
  explicit Refused(api::ApiError error) : error_(std::move(error)) {}
  [[nodiscard]] const api::ApiError& error() const { return error_; }
  [[nodiscard]] const char* what() const noexcept override { return error_.message.c_str(); }

 private:
  api::ApiError error_;
};

[[noreturn]] inline void refuse(int http_status, std::string message) {
  throw Refused({http_status, http_status, std::move(message)});
}

/// Refuses with 403 unless the caller has the scope.
inline void require_scope(const Caller& caller, Scope scope, std::string_view name) {
  if (caller.scopes.has(scope)) return;
  throw Refused({403, api::error_code::kForbidden,
                 "This requester may not do that; it needs the scope " + std::string(name) + "."});
}

/// Refuses with 403 who may neither enrol nor administrate.
inline void require_enrol_or_admin(const Caller& caller) {
  if (!caller.scopes.has(Scope::admin)) require_scope(caller, Scope::enrol, "enrol");
}

/// Refuses with 400 a text that is empty where it is needed, too long, or not UTF-8. `what` names the parameter.
void require_text(std::string_view text, std::string_view what, std::size_t max_bytes);

/// One audit event; empty fields are left out. Also tells the journal, after the commit.
void audit(Context& context, std::string_view event,
           std::initializer_list<std::pair<const char*, std::string_view>> fields);

}  // namespace toopher::server

#endif
