// SPDX-License-Identifier: Apache-2.0
#include "server/admin/access.h"

#include <array>
#include <cstdio>

#include "base/text.h"
#include "server/admin/session.h"
#include "server/admin/table.h"
#include "server/service/bypass.h"
#include "server/service/code_apps.h"
#include "server/service/enrolment.h"
#include "server/service/rules.h"
#include "tools/terminal_qr.h"

namespace toopher::server::admin {

namespace {

constexpr std::array kBypassOptions{
    Option{"for", "TIME", "how long it is good: 30m, 8h, at most 7d (8h)"},
    Option{"uses", "N", "how often; 0: as often as wanted (1)"},
    Option{"create", nullptr, "make the user if there is none"},
    Option{"end", nullptr, "instead, make the present code worthless"},
};

BypassOrder order_of(const Call& call) {
  constexpr std::uint64_t kMostUses = 1000;
  BypassOrder order;
  order.user_name = call.text("user");
  order.create_user = call.flag("create");
  order.duration = duration_from(call.has("for") ? call.text("for") : "8h");
  if (order.duration == 0 || order.duration > rules::kMaxBypass)
    refuse(400, "--for is a duration as 30m or 8h, at most 7d");
  const auto uses = parse_decimal(call.has("uses") ? call.text("uses") : "1", kMostUses);
  if (!uses) refuse(400, "--uses is a number up to 1000");
  order.max_uses = static_cast<int>(*uses);
  return order;
}

api::Json bypass(const Call& call) {
  api::Json answer(json_object());
  if (call.flag("end")) {
    end_bypass(call.context, call.caller, call.text("user"));
    return answer;
  }
  const NewBypass made = make_bypass(call.context, call.caller, order_of(call));
  put(answer, "code", grouped(made.code.view()));
  put(answer, "uses", made.facts.max_uses);
  put_time(answer, "expires", made.facts.expires);
  return answer;
}

void print_bypass(const json_t* answer) {
  const std::string code = text_of(answer, "code");
  if (code.empty()) return;
  print(code + "\n");
  const std::int64_t uses = integer_of(answer, "uses");
  (void)std::fprintf(stderr, "toopher-admin: good %s until %s\n",
                     uses == 0 ? "as often as wanted" : count_text(uses, "time", "times").c_str(),
                     time_text(integer_of(answer, "expires")).c_str());
}

constexpr std::array kInviteOptions{
    Option{"requester", "NAME", "who asks, as the phone shows it (the only one with scope enrol)"},
    Option{"for", "TIME", "how long it is good: 30m, 24h, at most 7d (24h)"},
    Option{"no-qr", nullptr, "no QR code on a terminal"},
};

api::Json invite_user(const Call& call) {
  Invitation invitation{call.text("user"), call.text("requester"), rules::kInvitationLife};
  if (call.has("for")) invitation.life = duration_from(call.text("for"));
  if (invitation.life <= 0 || invitation.life > rules::kMaxInvitationLife)
    refuse(400, "--for is a duration as 30m or 24h, at most 7d");
  const Invited invited = invite(call.context, call.caller, invitation);
  api::Json answer(json_object());
  put(answer, "link", invited.enrolment.link.view());
  put(answer, "pairing", invited.enrolment.pairing.id);
  put(answer, "requester", invited.requester.name);
  put(answer, "further", invited.further);
  put_time(answer, "expires", invited.enrolment.pairing.expires);
  return answer;
}

/// The link that the call gives, on a terminal with its QR code. `remark`: what is said beside it, of the answer.
template <typename Remark>
int print_link(Session& session, const Command& command, const json_t* parameters, Remark remark) {
  const api::Json answer = session.call(command.name, parameters);
  if (session.json()) {
    print(api::dump(answer.get()) + "\n");
    return exit_status::kDone;
  }
  const std::string link = text_of(answer.get(), "link");
  print(link + "\n");
  if (!flag_of(parameters, "no-qr")) print(tools::qr_for_output(link));
  (void)std::fflush(stdout);
  (void)std::fprintf(stderr, "toopher-admin: %s\n", remark(answer.get()).c_str());
  return exit_status::kDone;
}

int print_invitation(Session& session, const Command& command, const json_t* parameters) {
  return print_link(session, command, parameters, [](const json_t* answer) {
    return "good once, until " + time_text(integer_of(answer, "expires")) +
           (flag_of(answer, "further") ? "; there is a second factor already, which stays" : "");
  });
}

constexpr std::array kCodeAppOptions{
    Option{"requester", "NAME", "whose token it becomes (the only one with scope enrol)"},
    Option{"no-qr", nullptr, "no QR code on a terminal"},
};

api::Json code_app(const Call& call) {
  const CodeApp app = enrol_code_app(call.context, call.caller, call.text("user"), call.text("requester"));
  api::Json answer(json_object());
  put(answer, "link", app.link.view());
  put(answer, "validator", app.validator.id);
  put(answer, "requester", app.requester.name);
  return answer;
}

int print_code_app(Session& session, const Command& command, const json_t* parameters) {
  return print_link(session, command, parameters, [](const json_t*) {
    return std::string("shown this once; codes of the app that has it are good from now on");
  });
}

constexpr std::array kEnrolOptions{
    Option{"until", "WHEN", "7d from now, 2026-12-01, or never (7d)"},
};

/// Of `--until`: 0 for never.
Millis enrol_end(const Call& call) {
  const std::string text = call.has("until") ? call.text("until") : "7d";
  if (text == "never") return 0;
  if (const Millis duration = duration_from(text); duration != 0) return call.context.now + duration;
  const Millis until = point_in_time(text, call.context.now, "until");
  if (until <= call.context.now) refuse(400, "--until lies in the past");
  return until;
}

api::Json enrol_until(const Call& call) {
  const Millis until = enrol_end(call);
  if (call.has("user")) {
    (void)set_enrol_until(call.context, call.caller, call.text("user"), until);
  } else {
    set_directory_enrol_until(call.context, call.caller, until);
  }
  api::Json answer(json_object());
  put_time(answer, "enrol_until", until);
  return answer;
}

void print_enrol_until(const json_t* answer) {
  print("enrol until: " + time_text(integer_of(answer, "enrol_until")) + "\n");
}

std::string enrol_warning(Session& session, const json_t* parameters) {
  (void)session;
  if (!text_of(parameters, "user").empty() || text_of(parameters, "until") == "never") return "";
  return "Until then hosts that allow it let everybody in who never had a phone, without a second factor.";
}

const std::array kCommands{
    Command{.name = "bypass",
            .argument = "USER",
            .summary = "print a code with which somebody can log in who has nothing else",
            .options = kBypassOptions,
            .changes = true,
            .prints_json = true,
            .operate = bypass,
            .print = print_bypass},
    Command{.name = "invite",
            .argument = "USER",
            .summary = "print a link with which somebody who cannot log in yet pairs a phone",
            .options = kInviteOptions,
            .changes = true,
            .prints_json = true,
            .operate = invite_user,
            .carry_out = print_invitation},
    Command{.name = "code-app",
            .argument = "USER",
            .summary = "print a link by which another code app makes the user's codes",
            .options = kCodeAppOptions,
            .changes = true,
            .prints_json = true,
            .operate = code_app,
            .carry_out = print_code_app},
    Command{.name = "enrol-until",
            .argument = "[USER]",
            .summary = "let people without a phone in until then, so that they can pair one",
            .options = kEnrolOptions,
            .changes = true,
            .prints_json = true,
            .operate = enrol_until,
            .print = print_enrol_until,
            .warning = enrol_warning},
};

}  // namespace

std::span<const Command> access_commands() {
  return kCommands;
}

}  // namespace toopher::server::admin
