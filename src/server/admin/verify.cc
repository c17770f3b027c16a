// SPDX-License-Identifier: Apache-2.0
#include "server/admin/verify.h"

#include <array>

#include "base/random.h"
#include "server/admin/page.h"
#include "server/admin/session.h"
#include "server/admin/table.h"
#include "server/service/proofs.h"

namespace toopher::server::admin {

namespace {

constexpr const char* kDefaultSince = "30d";

api::Json facts_of(Context& context, const Proven& proven) {
  const AuthenticationRequest& request = proven.request;
  const auto user = context.store.user_by_id(request.user_id);
  api::Json facts(json_object());
  put(facts, "id", request.id);
  put(facts, "user", user ? user->name : "");
  put(facts, "action", request.action.name);
  put(facts, "terminal", request.terminal.name);
  put_time(facts, "granted", request.modified);
  put(facts, "device", proven.decision ? proven.decision->device_id : "");
  put(facts, "proof", to_text(proven.proof));
  put(facts, "alarming", is_alarming(proven.proof));
  return facts;
}

api::Json prove(const Call& call) {
  const std::string subject = call.text("user");
  Page page;
  if (is_uuid(subject)) {
    page.add(facts_of(call.context, prove_request(call.context, call.caller, subject)));
    return page.answer();
  }
  const std::string since = call.has("since") ? call.text("since") : kDefaultSince;
  for (const Proven& proven :
       prove_user(call.context, call.caller, subject, point_in_time(since, call.context.now, "since"), kPage))
    page.add(facts_of(call.context, proven));
  return page.answer();
}

std::vector<std::string> proof_row(const json_t* proof) {
  return {text_of(proof, "id"),       text_of(proof, "user"),  text_of(proof, "action"),
          text_of(proof, "terminal"), text_of(proof, "proof"), time_text(integer_of(proof, "granted"))};
}

const ListForm kProofs{
    {"ID", "USER", "ACTION", "TERMINAL", "PROOF", "WHEN"}, proof_row, "nothing was granted"};

int verify(Session& session, const Command& command, const json_t* parameters) {
  const api::Json answer = session.call(command.name, parameters);
  const json_t* const items = json_object_get(answer.get(), "items");
  Table table(kProofs.header);
  bool alarming = false;
  for (const json_t* const item : elements(items)) {
    table.add(proof_row(item));
    alarming = alarming || flag_of(item, "alarming");
  }
  if (session.json()) {
    print(api::dump(items) + "\n");
  } else if (json_array_size(items) != 0) {
    table.print();
  }
  if (alarming) return session.failed("not everything that was granted is proven; look into it");
  return exit_status::kDone;
}

constexpr std::array kOptions{
    Option{"since", "WHEN", "of a user, from then on (30d)"},
};

const std::array kCommands{
    Command{.name = "audit verify",
            .argument = "USER|REQUEST",
            .summary = "check the signed decisions of a user's latest grants, or of one request",
            .options = kOptions,
            .prints_json = true,
            .operate = prove,
            .carry_out = verify},
};

}  // namespace

std::span<const Command> verify_commands() {
  return kCommands;
}

}  // namespace toopher::server::admin
