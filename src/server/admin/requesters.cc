// SPDX-License-Identifier: Apache-2.0
#include "server/admin/requesters.h"

#include <array>

#include "base/text.h"
#include "server/admin/page.h"
#include "server/admin/session.h"
#include "server/admin/table.h"
#include "server/service/requesters.h"
#include "server/service/rules.h"
#include "server/setup.h"

namespace toopher::server::admin {

namespace {

std::string scopes_text(Scopes scopes) {
  std::string text;
  for (const auto& [scope, name] :
       {std::pair(Scope::login, "login"), std::pair(Scope::enrol, "enrol"), std::pair(Scope::admin, "admin")})
    if (scopes.has(scope)) text += (text.empty() ? "" : ",") + std::string(name);
  return text;
}

api::Json facts_of(const Requester& requester) {
  api::Json facts(json_object());
  put(facts, "name", requester.name);
  put(facts, "key", requester.consumer_key);
  put(facts, "scopes", scopes_text(requester.scopes));
  put(facts, "directory", requester.directory);
  put(facts, "number_matching", to_text(requester.number_matching));
  put(facts, "number_digits", requester.number_digits);
  put(facts, "automation", requester.automation);
  put_time(facts, "old_secret_until", requester.previous_secret_until);
  put_time(facts, "created", requester.created);
  return facts;
}

api::Json list_requesters(const Call& call) {
  Page page;
  for (const Requester& requester : all_requesters(call.context, call.caller))
    if (!call.has("directory") || requester.directory == call.text("directory"))
      page.add(facts_of(requester));
  return page.answer();
}

std::vector<std::string> requester_row(const json_t* requester) {
  return {text_of(requester, "name"),
          text_of(requester, "scopes"),
          text_of(requester, "directory"),
          text_of(requester, "number_matching"),
          flag_of(requester, "automation") ? "yes" : "no",
          time_text(integer_of(requester, "created")),
          integer_of(requester, "old_secret_until") == 0
              ? ""
              : time_text(integer_of(requester, "old_secret_until"))};
}

const ListForm kRequesters{
    {"REQUESTER", "SCOPES", "DIRECTORY", "NUMBER", "RULES", "CREATED", "OLD SECRET UNTIL"},
    requester_row,
    "no requesters"};

constexpr const char* kScopesHelp = "login, enrol, admin, separated by commas (login,enrol)";
constexpr std::array kPolicyOptions{
    Option{"scopes", "LIST", kScopesHelp},
    Option{"number-matching", "off|on|required", "whether phones ask for a number (on)"},
    Option{"number-digits", "N", "of the number to match, 2 to 6 (2)"},
    Option{"automation", "yes|no", "whether people may have rules answer it (yes)"},
};

int digits_from(const std::string& text) {
  const auto digits = parse_decimal(text, rules::kMaxNumberDigits);
  if (!digits) refuse(400, "--number-digits is 2 to 6");
  return static_cast<int>(*digits);
}

bool yes_or_no(const std::string& text) {
  if (text != "yes" && text != "no") refuse(400, "--automation is yes or no");
  return text == "yes";
}

/// `policy` with what the options say otherwise.
RequesterPolicy changed(RequesterPolicy policy, const Call& call) {
  if (call.has("scopes")) {
    const auto scopes = parse_scopes(call.text("scopes"));
    if (!scopes) refuse(400, "--scopes takes login, enrol and admin, separated by commas");
    policy.scopes = *scopes;
  }
  if (call.has("number-matching")) {
    const auto matching = number_matching_from_text(call.text("number-matching"));
    if (!matching) refuse(400, "--number-matching is off, on or required");
    policy.number_matching = *matching;
  }
  if (call.has("number-digits")) policy.number_digits = digits_from(call.text("number-digits"));
  if (call.has("automation")) policy.automation = yes_or_no(call.text("automation"));
  return policy;
}

api::Json with_credentials(const RequesterCredentials& made) {
  api::Json answer = facts_of(made.requester);
  put(answer, "secret", made.secret.view());
  return answer;
}

void print_credentials(const json_t* answer) {
  print("key = " + text_of(answer, "key") + "\nsecret = " + text_of(answer, "secret") + "\n");
}

api::Json add(const Call& call) {
  RequesterPolicy policy;
  policy.scopes.add(Scope::login);
  policy.scopes.add(Scope::enrol);
  return with_credentials(add_requester(call.context, call.caller, call.text("name"), call.caller.directory,
                                        changed(policy, call)));
}

Requester known_requester(const Call& call) {
  auto requester = call.context.store.requester_by_name(call.text("name"));
  if (!requester) refuse(404, "There is no requester " + call.text("name") + ".");
  return *requester;
}

api::Json set(const Call& call) {
  const Requester requester = known_requester(call);
  const RequesterPolicy policy = changed(
      {requester.scopes, requester.number_matching, requester.number_digits, requester.automation}, call);
  return facts_of(set_requester_policy(call.context, call.caller, requester.name, policy));
}

void print_requester(const json_t* requester) {
  Table table(kRequesters.header);
  table.add(requester_row(requester));
  table.print();
}

constexpr std::array kRotateOptions{
    Option{"overlap", "TIME", "how long the old secret stays good: 0s, 24h, at most 90d (24h)"},
};

Millis overlap_from(const Call& call) {
  if (!call.has("overlap")) return kDay;
  const std::string text = call.text("overlap");
  const Millis overlap = duration_from(text);
  if (overlap == 0 && text != "0s" && text != "0") refuse(400, "--overlap is a duration as 0s, 24h or 7d");
  return overlap;
}

api::Json rotate(const Call& call) {
  return with_credentials(
      rotate_requester_secret(call.context, call.caller, known_requester(call).name, overlap_from(call)));
}

std::string rotate_warning(Session& session, const json_t* parameters) {
  (void)session;
  const std::string overlap = text_of(parameters, "overlap");
  if (overlap != "0" && overlap != "0s") return "";
  return "The present secret of " + shown(text_of(parameters, "name")) + " is refused at once.";
}

api::Json remove(const Call& call) {
  remove_requester(call.context, call.caller, known_requester(call).name);
  return api::Json(json_object());
}

std::string remove_warning(Session& session, const json_t* parameters) {
  (void)session;
  return "Every call of " + shown(text_of(parameters, "name")) +
         " is refused from now on, and its credentials never come back. Users keep their phones.";
}

const std::array kCommands{
    Command{.name = "requesters",
            .argument = nullptr,
            .summary = "list the hosts and services that ask for logins",
            .prints_json = true,
            .operate = list_requesters,
            .list = &kRequesters},
    Command{.name = "requester add",
            .argument = "NAME",
            .summary = "add one, and print its credentials",
            .options = kPolicyOptions,
            .changes = true,
            .prints_json = true,
            .operate = add,
            .print = print_credentials},
    Command{.name = "requester set",
            .argument = "NAME",
            .summary = "change what it may do",
            .options = kPolicyOptions,
            .changes = true,
            .outdates = true,
            .prints_json = true,
            .operate = set,
            .print = print_requester},
    Command{.name = "requester rotate",
            .argument = "NAME",
            .summary = "give it a new secret, and print the credentials",
            .options = kRotateOptions,
            .changes = true,
            .outdates = true,
            .prints_json = true,
            .operate = rotate,
            .print = print_credentials,
            .warning = rotate_warning},
    Command{.name = "requester remove",
            .argument = "NAME",
            .summary = "refuse all its calls from now on",
            .changes = true,
            .outdates = true,
            .operate = remove,
            .warning = remove_warning},
};

}  // namespace

std::span<const Command> requester_commands() {
  return kCommands;
}

}  // namespace toopher::server::admin
