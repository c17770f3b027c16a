// SPDX-License-Identifier: Apache-2.0
// OATH validators: hard tokens and other code apps.
#include <functional>
#include <new>

#include "api/json.h"
#include "base/text.h"
#include "server/http/calls.h"
#include "server/service/rules.h"
#include "server/service/users.h"
#include "server/service/validators.h"

namespace toopher::server::calls {

namespace {

/// The value of a parameter by its name, "" if absent: from the call's parameters, or from an object of a list.
using Field = std::function<std::string(std::string_view)>;

Field field_of(const Arguments& arguments) {
  return [&arguments](std::string_view name) { return arguments.text(name); };
}

Field field_of(const json_t* object) {
  return [object](std::string_view name) -> std::string {
    const json_t* const value = json_object_get(object, std::string(name).c_str());
    if (json_is_integer(value)) return std::to_string(json_integer_value(value));
    if (value == nullptr || json_is_null(value)) return {};
    if (!json_is_string(value)) refuse(400, std::string(name) + " must be a text or a number.");
    return {json_string_value(value), json_string_length(value)};
  };
}

int number(const Field& field, std::string_view name, int otherwise) {
  constexpr std::uint64_t kMost = 100000;
  const std::string text = field(name);
  if (text.empty()) return otherwise;
  const auto parsed = parse_decimal(text, kMost);
  if (!parsed) refuse(400, std::string(name) + " must be a number.");
  return static_cast<int>(*parsed);
}

bool is_event_based(const Field& field) {
  const std::string type = to_lower_ascii(field("otp_type"));
  if (!type.empty() && type != "totp" && type != "hotp") refuse(400, "otp_type must be totp or hotp.");
  return type == "hotp";
}

/// Of a word such as SHA-256.
std::string algorithm(const Field& field) {
  std::string word = to_lower_ascii(field("algorithm"));
  std::erase(word, '-');
  return word.empty() ? "sha1" : word;
}

NewValidator new_validator(const Field& field) {
  constexpr int kDigitsOfTotp = 8;
  constexpr int kDigitsOfHotp = 6;
  constexpr int kStep = 30;
  NewValidator wanted;
  std::string hex = field("secret");
  if (hex.empty()) refuse(400, "secret is missing.");
  auto seed = hex_decode(hex);
  wipe(hex);
  if (!seed) refuse(400, "secret must be hexadecimal.");
  wanted.seed = Secret::take(*seed);
  wanted.requester_specified_id = field("requester_specified_id");
  wanted.event_based = is_event_based(field);
  wanted.digits = number(field, "otp_digits", wanted.event_based ? kDigitsOfHotp : kDigitsOfTotp);
  wanted.algorithm = algorithm(field);
  wanted.step_seconds = number(field, "totp_step_size", kStep);
  return wanted;
}

/// The elements of a JSON text that is a list of objects.
std::vector<NewValidator> new_validators(const std::string& text) {
  try {
    const api::Json object = api::parse_object("{\"list\":" + (text.empty() ? "0" : text) + "}");
    const json_t* const list = json_object_get(object.get(), "list");
    if (!json_is_array(list)) throw api::JsonError("it is not a list");
    std::vector<NewValidator> wanted;
    for (std::size_t i = 0; i < json_array_size(list); ++i) {
      const json_t* const element = json_array_get(list, i);
      if (!json_is_object(element)) throw api::JsonError("an element is not an object");
      wanted.push_back(new_validator(field_of(element)));
    }
    return wanted;
  } catch (const api::JsonError& error) {
    refuse(400, std::string("oath_otp_validators must be a JSON list of objects: ") + error.what());
  }
}

/// The id in the path, or the parameters `id` and `requester_specified_id`.
struct Name {
  Name(const ApiCall& call, bool id_in_path)
      : id(id_in_path ? call.id : call.arguments.text("id")),
        given(id.empty() ? call.arguments.text("requester_specified_id") : "") {}
  [[nodiscard]] ValidatorName view() const { return {id, given}; }

  std::string id;
  std::string given;
};

/// The user in the path, or named by `user_name`.
User user_of(ApiCall& call) {
  if (!call.id.empty()) return user_with_id(call.context, call.caller, call.id);
  const auto user = user_named(call.context, call.caller, call.arguments.text("user_name"));
  if (!user) throw Refused(api::unknown_user());
  return *user;
}

Answer answer_with(const Validator& validator) {
  return server::answer_with(api::to_json(present(validator)));
}

Answer answer_with(const std::vector<Validator>& validators) {
  api::JsonWriter json;
  json.begin_object().name("oath_otp_validators").begin_array();
  for (const Validator& validator : validators) write(json, present(validator));
  json.end_array().end_object();
  return server::answer_with(std::move(json).take());
}

Answer associate_new(ApiCall& call, const std::string& authorization) {
  NewValidator wanted = new_validator(field_of(call.arguments));
  wanted.otp = Secret(call.arguments.text("otp"));
  const auto answer_about = [&wanted](const Validator& validator) {
    if (wanted.otp.empty()) return answer_with(validator);
    const api::Json json = api::parse_object(api::to_json(present(validator)));
    if (json_object_set_new(json.get(), "otp_verified", json_boolean(validator.next_counter > 0)) != 0)
      throw std::bad_alloc();
    return server::answer_with(json);
  };
  const bool may_be_new = call.id.empty() && call.arguments.flag("create_user_if_needed").value_or(false);
  if (!may_be_new)
    return answer_about(
        associate_new_validator(call.context, call.caller, user_of(call), wanted, authorization));
  return answer_about(associate_new_validator(call.context, call.caller, call.arguments.text("user_name"),
                                              wanted, authorization));
}

}  // namespace

Answer provision_validator(ApiCall& call) {
  std::vector<NewValidator> wanted;
  wanted.push_back(new_validator(field_of(call.arguments)));
  return answer_with(provision_validators(call.context, call.caller, wanted).front());
}

Answer provision_list(ApiCall& call) {
  return answer_with(provision_validators(call.context, call.caller,
                                          new_validators(call.arguments.text("oath_otp_validators"))));
}

Answer read_validator(ApiCall& call) {
  const Name name(call, !call.id.empty());
  return answer_with(find_validator(call.context, call.caller, name.view()));
}

Answer resync_validator(ApiCall& call) {
  const Name name(call, !call.id.empty());
  const std::string sequence = call.arguments.text("otp_sequence");
  std::vector<std::string_view> codes;
  for (const std::string_view code : split(sequence, ',')) codes.push_back(trim(code));
  if (codes.size() > rules::kMaxSequence) refuse(400, "otp_sequence has too many codes.");
  server::resync_validator(call.context, call.caller, name.view(), codes);
  return answer_with_nothing();
}

Answer deactivate_validator(ApiCall& call) {
  const Name name(call, !call.id.empty());
  server::deactivate_validator(call.context, call.caller, name.view());
  return answer_with_nothing();
}

Answer associate_validator(ApiCall& call) {
  const std::string authorization = call.arguments.text("authorization");
  if (!call.arguments.text("secret").empty()) return associate_new(call, authorization);
  if (!call.arguments.text("otp").empty()) refuse(400, "otp goes with secret.");
  const Name name(call, false);
  return answer_with(
      server::associate_validator(call.context, call.caller, user_of(call), name.view(), authorization));
}

Answer dissociate_validator(ApiCall& call) {
  const Name name(call, false);
  server::dissociate_validator(call.context, call.caller, user_of(call), name.view());
  return answer_with_nothing();
}

Answer validators_of_user(ApiCall& call) {
  return answer_with(call.context.store.validators_of_user(user_of(call).id));
}

}  // namespace toopher::server::calls
