// SPDX-License-Identifier: Apache-2.0
#include "server/service/shown.h"

#include <new>

#include "crypto/keys.h"

namespace toopher::server {

namespace {

void put(const api::Json& object, const char* name, json_t* value) {
  if (json_object_set_new(object.get(), name, value) != 0) throw std::bad_alloc();
}

}  // namespace

ShownText::ShownText() : object_(json_object()) {}

ShownText& ShownText::text(const char* name, std::string_view value) {
  put(object_, name, api::json_text(value).release());
  return *this;
}

ShownText& ShownText::number(const char* name, std::int64_t value) {
  put(object_, name, json_integer(value));
  return *this;
}

ShownText& ShownText::boolean(const char* name, bool value) {
  put(object_, name, json_boolean(value));
  return *this;
}

ShownText& ShownText::object(const char* name, api::Json value) {
  put(object_, name, value.release());
  return *this;
}

void require_decision_signature(const Device& device, std::string_view statement,
                                std::string_view signature) {
  const auto key = crypto::PublicKey::from_point(device.signing_key);
  if (!key || !key->verifies(statement, signature)) {
    throw Refused({401, 401, "The signature does not fit what was shown; fetch the list again."});
  }
}

}  // namespace toopher::server
