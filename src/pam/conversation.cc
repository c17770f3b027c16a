// SPDX-License-Identifier: Apache-2.0
#include "pam/conversation.h"

#include <string.h>  // explicit_bzero

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace toopher::pam {
namespace {

/// A reply array of one, as conversation functions allocate it: wiped, then freed.
struct ReplyDeleter {
  void operator()(pam_response* reply) const {
    if (reply->resp != nullptr) {
      explicit_bzero(reply->resp, std::strlen(reply->resp));
      std::free(reply->resp);  // NOLINT(cppcoreguidelines-no-malloc): pam_conv(3) says free()
    }
    std::free(reply);  // NOLINT(cppcoreguidelines-no-malloc)
  }
};
using ReplyHandle = std::unique_ptr<pam_response, ReplyDeleter>;

struct Answer {
  int code = PAM_CONV_ERR;
  ReplyHandle reply;
};

Answer converse(const Handle& handle, int style, const std::string& text) {
  const pam_conv* conversation = handle.conversation();
  if (conversation == nullptr || conversation->conv == nullptr) return {};
  const pam_message message{style, text.c_str()};
  const pam_message* messages = &message;
  pam_response* reply = nullptr;
  const int code = conversation->conv(1, &messages, &reply, conversation->appdata_ptr);
  return {code, ReplyHandle(reply)};
}

/// Of a prompt, which ends in a colon and a blank.
std::string as_sentence(std::string_view prompt) {
  return std::string(prompt.substr(0, prompt.find_last_not_of(": ") + 1)) + ".";
}

}  // namespace

Conversation::Reply HostConversation::ask(const Text& prompt, bool visible) {
  const std::string words = prompt.in(catalogue_);
  if (manners_.replaces_prompts) (void)converse(handle_, PAM_TEXT_INFO, as_sentence(words));
  const bool shown = visible && !manners_.replaces_prompts;
  const auto asked = clock_.now();
  const Answer answer = converse(handle_, shown ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF, words);
  if (answer.code != PAM_SUCCESS) {
    const bool at_once = clock_.now() - asked < kTooFastForAPerson;
    const bool is_possible = answer.code != PAM_CONV_ERR || !at_once || manners_.fails_without_reply;
    return {is_possible ? Status::broken : Status::unavailable, {}};
  }
  if (!answer.reply || answer.reply->resp == nullptr) return {Status::broken, {}};
  const std::string_view text(answer.reply->resp,
                              std::min<std::size_t>(std::strlen(answer.reply->resp), PAM_MAX_RESP_SIZE));
  return {Status::answered, Secret(text)};
}

void HostConversation::tell(const Text& text) {
  (void)converse(handle_, PAM_TEXT_INFO, text.in(catalogue_));
}

void HostConversation::report(const Text& text) {
  (void)converse(handle_, PAM_ERROR_MSG, text.in(catalogue_));
}

}  // namespace toopher::pam
