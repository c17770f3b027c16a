// SPDX-License-Identifier: Apache-2.0
// What a Toopher server answers, as the helper sees it: a status in the first line, then the body.
#include <string>
#include <variant>

#include "api/error.h"
#include "api/objects.h"
#include "client/answer.h"
#include "fuzz/targets.h"

namespace toopher::fuzz {

namespace {

/// Reads an object; what can be read is written, and then read and written the same.
template <typename Read>
void read_and_write(const json_t* object, Read read) {
  try {
    const std::string text = api::to_json(read(object));
    const api::Json again = api::parse_object(text);
    require(api::to_json(read(again.get())) == text, "what was read can be written and read again");
  } catch (const api::JsonError&) {
    return;  // it is no such object, or grew beyond the limit when it was written in ASCII
  }
}

}  // namespace

void json(std::string_view input) {
  static const auto server = client::BaseUrl::parse("https://login.example.org/v1/");
  client::HttpAnswer answer;
  const std::string_view status = take_line(input);
  answer.status = status.empty() ? 200 : 100 + 100 * (status.front() & 7);
  answer.content_type = "application/json";
  answer.body = input;
  const auto content = client::read_answer(answer, *server);
  if (answer.status >= 500)
    require(std::holds_alternative<client::Failed>(content), "a server in trouble grants nothing");
  if (const auto* object = std::get_if<api::Json>(&content)) {
    require(answer.status >= 200 && answer.status < 300, "only a success has an object");
    read_and_write(object->get(), api::authentication_request_from_json);
    read_and_write(object->get(), api::pairing_from_json);
  }
  client::Examination examination;
  (void)client::read_users(answer, *server, examination);
  (void)api::error_from_json(static_cast<int>(answer.status), input);
}

}  // namespace toopher::fuzz
