// SPDX-License-Identifier: Apache-2.0
// What the phone shows, as the text that it signs; and the check of that signature.
#ifndef TOOPHER_SERVER_SERVICE_SHOWN_H
#define TOOPHER_SERVER_SERVICE_SHOWN_H

#include <cstdint>
#include <string>
#include <string_view>

#include "api/json.h"
#include "device/decision.h"
#include "server/service/context.h"

namespace toopher::server {

/// A JSON object that is built the same way each time: whoever shows it and whoever checks it get equal bytes.
class ShownText {
 public:
  ShownText();
  ShownText& text(const char* name, std::string_view value);
  ShownText& number(const char* name, std::int64_t value);
  ShownText& boolean(const char* name, bool value);
  ShownText& object(const char* name, api::Json value);
  [[nodiscard]] std::string dump() const { return api::dump(object_.get()); }

 private:
  api::Json object_;
};

/// Throws Refused (401) unless `signature` (raw) is the device's over `statement`, the bytes of its decision
/// (device/decision.h).
void require_decision_signature(const Device& device, std::string_view statement, std::string_view signature);

}  // namespace toopher::server

#endif
