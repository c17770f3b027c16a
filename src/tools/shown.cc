// SPDX-License-Identifier: Apache-2.0
#include "tools/shown.h"

#include <array>

#include "api/approved_action.h"
#include "api/json.h"
#include "base/visible.h"
#include "crypto/encoding.h"
#include "tools/failure.h"

namespace toopher::tools {
namespace {

constexpr std::size_t kLabelWidth = 11;
constexpr std::int64_t kMaxNumberDigits = 6;
constexpr std::size_t kMaxShown = 1200;  // bytes of one text

struct Label {
  const char* field;
  const char* label;
};
/// Metadata in the order in which a person looks for it.
constexpr std::array<Label, 8> kMetadata = {{{"host", "computer"},
                                             {"service", "service"},
                                             {"target", "as user"},
                                             {"command", "command"},
                                             {"directory", "directory"},
                                             {"rhost", "from"},
                                             {"tty", "tty"},
                                             {"ruser", "by user"}}};

void require_same(const json_t* shown, const char* field, const std::string& expected) {
  if (api::required_string(shown, field) != expected)
    throw api::JsonError(std::string("\"") + field + "\" is another one than announced");
}

std::string line(std::string_view label, std::string_view value) {
  std::string text = "  " + std::string(label);
  text.resize(std::max(text.size(), 2 + kLabelWidth), ' ');
  return text + shorten(make_visible(value), kMaxShown) + "\n";
}

ShownPairing shown_pairing_from(const json_t* shown, const PendingPairing& pairing) {
  require_same(shown, "id", pairing.id);
  const auto point = crypto::base64url_decode(api::required_string(shown, "server_key"));
  std::optional<crypto::PublicKey> key = point ? crypto::PublicKey::from_point(*point) : std::nullopt;
  if (!key) throw api::JsonError("\"server_key\" is not a P-256 point");
  return {api::required_string(shown, "requester"), api::required_string(shown, "user"), std::move(*key)};
}

ShownRequest shown_request_from(const json_t* shown, const PendingRequest& request) {
  require_same(shown, "id", request.id);
  require_same(shown, "pairing_id", request.pairing_id);
  ShownRequest read;
  read.requester = api::required_string(shown, "requester");
  read.user = api::required_string(shown, "user");
  read.terminal = api::optional_string(shown, "terminal");
  read.action = api::optional_string(shown, "action");
  if (const json_t* const metadata = json_object_get(shown, "metadata"); json_is_object(metadata))
    for (const Label& known : kMetadata)
      if (std::string value = api::optional_string(metadata, known.field); !value.empty())
        read.metadata.emplace_back(known.label, std::move(value));
  read.metadata_verified = api::optional_bool(shown, "metadata_verified", false);
  const std::int64_t digits = api::optional_integer(shown, "number_digits", 0);
  if (digits < 0 || digits > kMaxNumberDigits) throw api::JsonError("\"number_digits\" is out of range");
  read.number_digits = static_cast<unsigned>(digits);
  read.expires = api::optional_integer(shown, "expires", 0);
  return read;
}

template <typename Item, typename Reader>
auto read_with(const Item& item, const char* noun, Reader reader) {
  try {
    const api::Json shown = api::parse_object(item.shown);
    return reader(shown.get(), item);
  } catch (const api::JsonError& error) {
    throw Failure(std::string("The ") + noun + " " + item.id +
                  " cannot be shown, so it cannot be answered: " + error.what());
  }
}

}  // namespace

ShownPairing read_shown(const PendingPairing& pairing) {
  return read_with(pairing, "pairing", shown_pairing_from);
}

ShownRequest read_shown(const PendingRequest& request) {
  return read_with(request, "request", shown_request_from);
}

std::string render(const ShownPairing& pairing, const std::string& origin) {
  return line("user", pairing.user) + line("asked by", pairing.requester) + line("server", origin);
}

std::string render(const ShownRequest& request, std::int64_t seconds_left, std::int64_t others_pending) {
  std::string text = line("user", request.user);
  if (!request.terminal.empty()) text += line("terminal", request.terminal);
  if (!request.action.empty()) text += line("action", request.action);
  for (const auto& [label, value] : request.metadata) text += line(label, value);
  text += line("asked by", request.requester);
  text += line("time left", std::to_string(std::max<std::int64_t>(0, seconds_left)) + " s");
  if (!request.metadata_verified && !request.metadata.empty())
    text += "  (not verified by the system: an ordinary program told computer, service and the like)\n";
  if (others_pending > 0)
    text += "  CAREFUL: " + std::to_string(others_pending) +
            " more request(s) of this user wait. Somebody else may be trying to log in.\n";
  // Last, beside the question: whoever asks fills the lines above, and may push some of them out of sight.
  if (api::approved_action::is_one(request.action))
    text += "  CAREFUL: this is no login but \"" + request.action +
            "\": what it adds can log in as you. Allow it only if you have just started that yourself.\n";
  return text;
}

}  // namespace toopher::tools
