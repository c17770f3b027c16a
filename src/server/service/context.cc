// SPDX-License-Identifier: Apache-2.0
#include "server/service/context.h"

#include "api/json_writer.h"
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
  constexpr std::size_t kUsual = 512;
  api::JsonWriter json(kUsual);
  json.begin_object();
  json.member("time", api::api_time(context.now / kSecond) + "Z").member("event", event);
  for (const auto& [name, value] : fields) {
    if (!value.empty()) json.member(name, value);
  }
  json.end_object();
  context.store.audit(context.now, event, std::move(json).take());
}

}  // namespace toopher::server
