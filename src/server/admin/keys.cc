// SPDX-License-Identifier: Apache-2.0
// Each step leaves a key file that opens everything in the database, so that after a crash at any moment the server runs and
// the rotation goes on where it was.
#include "server/admin/keys.h"

#include <array>
#include <cstdio>

#include "base/random.h"
#include "server/admin/key_file.h"
#include "server/admin/replacement.h"
#include "server/admin/session.h"
#include "server/admin/table.h"
#include "server/store/postgres_options.h"

namespace toopher::server::admin {

namespace {

constexpr int kStep = 100;  // secrets within one transaction

api::Json reseal(const Call& call) {
  const auto column = call.integer("column", 0);
  if (column < 0) refuse(400, "column is not negative");
  const Resealed done =
      call.context.store.reseal(static_cast<std::size_t>(column), call.text("after"), kStep);
  api::Json answer(json_object());
  put(answer, "changed", done.changed);
  put(answer, "column", static_cast<std::int64_t>(done.column));
  put(answer, "after", done.last);
  put(answer, "complete", done.complete);
  return answer;
}

/// One pass over all secrets: how many had to be sealed anew.
std::int64_t reseal_all(Session& session) {
  const api::Json place(json_object());
  std::int64_t changed = 0;
  for (;;) {
    const api::Json answer = session.call("key reseal", place.get());
    changed += integer_of(answer.get(), "changed");
    if (flag_of(answer.get(), "complete")) return changed;
    put(place, "column", integer_of(answer.get(), "column"));
    put(place, "after", text_of(answer.get(), "after"));
  }
}

void note(Session& session, const char* event) {
  const api::Json parameters(json_object());
  put(parameters, "event", event);
  put(parameters, "file", session.config().key_file);
  (void)session.call("note", parameters.get());
}

/// The file first: what is sealed with a key must be opened by the file, whatever happens in between.
void put_into_use(Session& session, const KeyFile& keys) {
  replace_key_file(session.config().key_file, keys);
  if (session.server_runs()) {
    (void)session.call("key reload", api::Json(json_object()).get());
  } else {
    session.find_server();
  }
}

void say(const std::string& text) {
  (void)std::fprintf(stderr, "toopher-admin: %s\n", text.c_str());
}

int add(Session& session, const Command& command, const json_t* parameters) {
  (void)command;
  (void)parameters;
  KeyFile keys = read_key_file(session.config().key_file);
  if (!keys.next.empty())
    return session.failed("there is a new key already; go on with: toopher-admin key rotate");
  if (keys.keys.size() > 1)
    return session.failed("a rotation is not finished; go on with: toopher-admin key rotate");
  keys.next = random_bytes(crypto::SealingKey::kSize);
  put_into_use(session, keys);
  note(session, "key added");
  say("a new key is in " + session.config().key_file +
      "; with several instances copy the file to all of them, and reload each (SIGHUP), before: "
      "toopher-admin key rotate");
  return exit_status::kDone;
}

bool several_instances(const Session& session) {
  return postgres::Options::is_meant(session.config().database);
}

int finish(Session& session, KeyFile keys) {
  if (reseal_all(session) != 0)
    return session.failed(
        "something was sealed with the old key meanwhile: an instance does not have the new key file, or "
        "was not reloaded. Do so, and repeat this");
  keys.keys.resize(1);
  put_into_use(session, keys);
  note(session, "key rotated");
  say("done; the old key is in no use any more. Keep a copy of " + session.config().key_file +
      " now, apart from backups of the database; those made until now need the old one");
  return exit_status::kDone;
}

int rotate(Session& session, const Command& command, const json_t* parameters) {
  (void)command;
  const bool asked_to_finish = flag_of(parameters, "finish");
  KeyFile keys = read_key_file(session.config().key_file);
  if (keys.next.empty() && keys.keys.size() == 1) {
    if (asked_to_finish) return session.failed("no rotation is under way");
    if (several_instances(session))
      return session.failed("with several instances begin with: toopher-admin key add");
    keys.next = random_bytes(crypto::SealingKey::kSize);
    put_into_use(session, keys);
  }
  if (!keys.next.empty()) {
    keys.keys.insert(keys.keys.begin(), std::move(keys.next));
    keys.next = Secret();
  }
  put_into_use(session, keys);
  say(count_text(reseal_all(session), "secret was", "secrets were") + " sealed anew");
  if (!several_instances(session) || asked_to_finish) return finish(session, std::move(keys));
  say("copy " + session.config().key_file +
      " to all instances now and reload each (SIGHUP); then: toopher-admin key rotate --finish");
  return exit_status::kDone;
}

constexpr std::array kRotateOptions{
    Option{"finish", nullptr, "with several instances: all have the new key file"},
};

const std::array kCommands{
    Command{.name = "key add",
            .argument = nullptr,
            .summary = "prepare a rotation on several instances",
            .changes = true,
            .carry_out = add},
    Command{.name = "key rotate",
            .argument = nullptr,
            .summary = "encrypt all secrets under a new key, while the server runs",
            .options = kRotateOptions,
            .changes = true,
            .carry_out = rotate},
    Command{
        .name = "key reseal", .argument = nullptr, .summary = nullptr, .changes = true, .operate = reseal},
};

}  // namespace

std::span<const Command> key_commands() {
  return kCommands;
}

}  // namespace toopher::server::admin
