// SPDX-License-Identifier: Apache-2.0
#include "server/service/context.h"

#include "api/json.h"
#include "api/objects.h"
#include "base/text.h"

namespace toopher::server {

void require_text(std::string_view text, std::string_view what, std::size_t max_bytes) {
  if (text.empty()) refuse(400, std::string(what) + " is missing.");
  if (text.size() > max_bytes) refuse(400, std::string(what) + " is too long.");
  if (!is_valid_utf8(text) || text.find('\0') != std::string_view::npos) {
    refuse(400, std::string(what) + " is not valid UTF-8 text.");
  }
}

void audit(Context& context, std::string_view event,
           std::initializer_list<std::pair<const char*, std::string_view>> fields) {
  const api::Json object(json_object());
  const auto set = [&object](const char* name, std::string_view value) {
    if (json_object_set_new(object.get(), name, api::json_text(value).release()) != 0) throw std::bad_alloc();
  };
  set("time", api::api_time(context.now / kSecond) + "Z");
  set("event", event);
  for (const auto& [name, value] : fields) {
    if (!value.empty()) set(name, value);
  }
  context.store.audit(context.now, event, api::dump(object.get()));
}

}  // namespace toopher::server
