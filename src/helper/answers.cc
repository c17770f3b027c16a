// SPDX-License-Identifier: Apache-2.0
#include "helper/answers.h"

#include <array>
#include <cstdlib>

#include "api/json.h"
#include "base/text.h"
#include "helper/terminal_id.h"

namespace toopher::helper {
namespace {

/// Longest text of a failure: a server's name, a cause and a sentence of the server.
constexpr std::size_t kMaxFailureCharacters = 500;

std::string_view word(client::FailureKind kind) {
  switch (kind) {
    case client::FailureKind::unreachable:
      return failure::kUnreachable;
    case client::FailureKind::credentials:
      return failure::kCredentials;
    case client::FailureKind::forbidden:
      return failure::kForbidden;
    case client::FailureKind::tls:
      return failure::kTls;
    case client::FailureKind::protocol:
      return failure::kProtocol;
    case client::FailureKind::rejected:
      return failure::kRejected;
    case client::FailureKind::internal:
      break;
  }
  return failure::kInternal;
}

std::string_view word(client::RefusalKind kind) {
  switch (kind) {
    case client::RefusalKind::unpaired:
      return refusal::kUnpaired;
    case client::RefusalKind::disabled:
      return refusal::kDisabled;
    case client::RefusalKind::deactivated:
      return refusal::kDeactivated;
    case client::RefusalKind::code_required:
      return refusal::kCodeRequired;
    case client::RefusalKind::phrase:
      return refusal::kPhrase;
    case client::RefusalKind::approval_needed:
      return refusal::kApprovalNeeded;
    case client::RefusalKind::wrong_token_code:
      return refusal::kWrongTokenCode;
    case client::RefusalKind::not_authorized:
      break;
  }
  return refusal::kNotAuthorized;
}

/// One overload for each alternative of a result.
struct ToLine {
  std::optional<Message> operator()(const client::Abandoned&) const { return std::nullopt; }
  std::optional<Message> operator()(const client::Failed& result) const {
    return failed(word(result.kind), result.text);
  }
  std::optional<Message> operator()(const client::Refused& result) const {
    return Message(verb::kRefused)
        .set("kind", word(result.kind))
        .set("text", sanitize_for_display(result.text));
  }
  std::optional<Message> operator()(const client::Pending& result) const {
    return Message(verb::kPending).set("id", result.id).set("number", result.number);
  }
  std::optional<Message> operator()(const client::Granted& result) const {
    return Message(verb::kGranted).set("id", result.id).set("automated", result.automated ? "1" : "");
  }
  std::optional<Message> operator()(const client::Denied& result) const {
    return Message(verb::kDenied)
        .set("id", result.id)
        .set("reason", std::to_string(result.reason_code))
        .set("text", sanitize_for_display(result.reason));
  }
  std::optional<Message> operator()(const client::Expired& result) const {
    return Message(verb::kExpired).set("id", result.id).set("text", sanitize_for_display(result.text));
  }
  std::optional<Message> operator()(const client::RecoveryCodes& result) const {
    return Message(verb::kRecoveryCodes).set("codes", result.codes.view());
  }
  std::optional<Message> operator()(const client::CodeAppAdded& result) const {
    return Message(verb::kCodeAppAdded).set("id", result.id);
  }
  std::optional<Message> operator()(const client::Paired& result) const {
    return Message(verb::kPaired)
        .set("id", result.id)
        .set("device", sanitize_for_display(result.device))
        .set("fingerprint", sanitize_for_display(result.key_fingerprint));
  }
  std::optional<Message> operator()(const client::Invited& result) const {
    return Message(verb::kLink)
        .set("id", result.id)
        .set("link", result.link.view())
        .set("seconds", std::to_string(result.expires_in));
  }
};

/// What the phone shows about the login.
std::string metadata_of(const Message& line, bool verified) {
  const api::Json object(json_object());
  if (!verified && json_object_set_new(object.get(), "verified", json_false()) != 0) throw std::bad_alloc();
  for (const char* name : {"host", "service", "rhost", "tty", "ruser", "target", "command", "directory"}) {
    if (!line.has(name)) continue;
    if (!object || json_object_set_new(object.get(), name, api::json_text(line.get(name)).release()) != 0)
      throw std::bad_alloc();
  }
  return json_object_size(object.get()) == 0 ? std::string() : api::dump(object.get());
}

}  // namespace

std::optional<client::Login> login_of(const Message& line, bool verified) {
  client::Login login;
  login.user = line.get("user");
  login.pairing_id = line.get("pairing-id");
  if (login.user.empty() && login.pairing_id.empty() && !line.has("nobody")) return std::nullopt;
  login.action = line.get("action");
  login.terminal = line.get("terminal");
  login.terminal_extra = verified ? line.get("terminal-extra") : "";
  if (login.terminal_extra.empty() && !login.terminal.empty())
    login.terminal_extra = terminal_id_of(line, read_machine_id(), verified);
  login.automation_allowed = line.get("automation") == "1";
  login.metadata = metadata_of(line, verified);
  return login;
}

Message failed(std::string_view kind, std::string_view text) {
  return Message(verb::kFailed)
      .set("kind", kind)
      .set("text", sanitize_for_display(text, kMaxFailureCharacters));
}

std::vector<Message> certificates_of(const client::Examination& found) {
  std::vector<Message> lines;
  for (const client::Certificate& certificate : found.connection.chain)
    lines.push_back(Message(verb::kCertificate)
                        .set("subject", sanitize_for_display(certificate.subject))
                        .set("issuer", sanitize_for_display(certificate.issuer))
                        .set("not-before", std::to_string(certificate.not_before))
                        .set("not-after", std::to_string(certificate.not_after)));
  return lines;
}

Message checked(const client::Examination& found, std::size_t servers) {
  Message line(verb::kChecked);
  line.set("of", std::to_string(servers)).set("url", found.origin).set("address", found.connection.address);
  line.set("tls", found.connection.tls_version).set("ms", std::to_string(found.connection.duration.count()));
  if (found.status != 0) line.set("status", std::to_string(found.status));
  if (found.clock_ahead)
    line.set(*found.clock_ahead < 0 ? "behind" : "ahead", std::to_string(std::abs(*found.clock_ahead)));
  if (found.trouble)
    line.set("kind", word(found.trouble->kind))
        .set("text", sanitize_for_display(found.trouble->text, kMaxFailureCharacters));
  line.set("user", found.user_known ? "known" : "").set("enabled", found.user_enabled ? "1" : "");
  return line;
}

template <class Result>
std::optional<Message> answer_for(const Result& result) {
  return std::visit(ToLine(), result);
}

template std::optional<Message> answer_for(const client::InitiateResult&);
template std::optional<Message> answer_for(const client::WaitResult&);
template std::optional<Message> answer_for(const client::PairResult&);
template std::optional<Message> answer_for(const client::InviteResult&);
template std::optional<Message> answer_for(const client::PairWaitResult&);
template std::optional<Message> answer_for(const client::RecoveryResult&);
template std::optional<Message> answer_for(const client::CodeAppResult&);

}  // namespace toopher::helper
