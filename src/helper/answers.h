// SPDX-License-Identifier: Apache-2.0
// Between lines of the protocol and the types of the client.
#ifndef TOOPHER_HELPER_ANSWERS_H
#define TOOPHER_HELPER_ANSWERS_H

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/result.h"
#include "client/toopher_api.h"
#include "helper/protocol.h"

namespace toopher::helper {

/// The login that a `login` line describes; nothing if it names neither a user nor a pairing nor nobody. `verified`: whether the
/// phone may present what the line tells about it as true.
[[nodiscard]] std::optional<client::Login> login_of(const Message& line, bool verified);

/// The lines that answer `check`.
[[nodiscard]] std::vector<Message> certificates_of(const client::Examination& found);
[[nodiscard]] Message checked(const client::Examination& found, std::size_t servers);

[[nodiscard]] Message failed(std::string_view kind, std::string_view text);

/// The line for a result; nothing for Abandoned. Text of a server is made fit for a terminal here.
template <class Result>
[[nodiscard]] std::optional<Message> answer_for(const Result& result);

extern template std::optional<Message> answer_for(const client::InitiateResult&);
extern template std::optional<Message> answer_for(const client::WaitResult&);
extern template std::optional<Message> answer_for(const client::PairResult&);
extern template std::optional<Message> answer_for(const client::InviteResult&);
extern template std::optional<Message> answer_for(const client::PairWaitResult&);
extern template std::optional<Message> answer_for(const client::RecoveryResult&);
extern template std::optional<Message> answer_for(const client::CodeAppResult&);

}  // namespace toopher::helper

#endif
