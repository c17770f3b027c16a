// SPDX-License-Identifier: Apache-2.0
#include "server/push/payload.h"

#include <cstdlib>
#include <memory>
#include <new>

#include "api/json.h"
#include "base/text.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"

namespace toopher::server::push {

namespace {

constexpr int kDeclarative = 8030;        // "web_push": what makes it a declarative message
constexpr std::size_t kLongestName = 64;  // characters of a user or host
constexpr std::size_t kLongestService = 32;

struct Texts {
  std::string title;
  std::string body;
};

/// Where the login happens, as far as the requester says.
struct Place {
  std::string host;
  std::string service;
};

Place place_of(const Announcement& announcement) {
  Place place;
  try {
    if (!announcement.metadata.empty()) {
      const api::Json metadata = api::parse_object(announcement.metadata);
      place.host = api::optional_string(metadata.get(), "host");
      place.service = api::optional_string(metadata.get(), "service");
    }
  } catch (const api::JsonError&) {
    place = {};  // other requesters put texts of their own there
  }
  if (place.host.empty()) place.host = announcement.terminal;
  return {sanitize_for_display(place.host, kLongestName),
          sanitize_for_display(place.service, kLongestService)};
}

const char* name_of(Occasion occasion) {
  switch (occasion) {
    case Occasion::request:
      return "request";
    case Occasion::pairing:
      return "pairing";
    case Occasion::ended:
      return "ended";
    case Occasion::test:
      break;
  }
  return "test";
}

Texts texts_of(Occasion occasion, const std::string& user, const Place& place) {
  switch (occasion) {
    case Occasion::request:
      return {"Log in as " + user + "?", place.host + (place.service.empty() ? "" : ", " + place.service) +
                                             ". Open to see it and to answer."};
    case Occasion::pairing:
      return {"Pair this phone?", "For " + user + ". Open to see it and to answer."};
    case Occasion::ended:
      return {"This request is over", "There is nothing left to answer."};
    case Occasion::test:
      break;
  }
  return {"Notifications work", "This is the test that you asked for."};
}

std::string link_to(const Announcement& announcement, std::string_view origin) {
  const std::string home = std::string(origin) + "/";
  return announcement.occasion == Occasion::request || announcement.occasion == Occasion::ended
             ? home + "#/request/" + announcement.id
             : home;
}

/// UTF-8: an escape would take three times the room.
std::string utf8(const json_t* value) {
  struct Free {
    void operator()(char* text) const { std::free(text); }  // NOLINT(cppcoreguidelines-no-malloc): jansson's
  };
  const std::unique_ptr<char, Free> text(json_dumps(value, JSON_COMPACT));
  if (!text) throw std::bad_alloc();
  return text.get();
}

api::Json number(json_int_t value) {
  return api::Json(json_integer(value));
}

}  // namespace

std::string web_push_payload(const Announcement& announcement, std::string_view user,
                             std::string_view origin) {
  const std::string name = sanitize_for_display(user, kLongestName);
  const Place place = place_of(announcement);
  const Texts texts = texts_of(announcement.occasion, name, place);
  api::Json notification(json_object());
  api::set_member(notification, "title", api::json_text(texts.title));
  api::set_member(notification, "body", api::json_text(texts.body));
  api::set_member(notification, "navigate", api::json_text(link_to(announcement, origin)));
  api::set_member(notification, "tag", api::json_text(announcement.id.empty() ? "test" : announcement.id));
  api::Json own(json_object());
  api::set_member(own, "kind", api::json_text(name_of(announcement.occasion)));
  api::set_member(own, "id", api::json_text(announcement.id));
  api::set_member(own, "user", api::json_text(name));
  api::set_member(own, "host", api::json_text(place.host));
  api::set_member(own, "service", api::json_text(place.service));
  api::set_member(own, "expires", number(announcement.expires / kSecond));
  const api::Json message(json_object());
  api::set_member(message, "web_push", number(kDeclarative));
  api::set_member(message, "notification", std::move(notification));
  api::set_member(message, "toopher", std::move(own));
  return utf8(message.get());
}

std::string ntfy_payload(const Announcement& announcement, std::string_view topic, std::string_view origin) {
  constexpr int kHigh = 4;
  const api::Json message(json_object());
  api::set_member(message, "topic", api::json_text(topic));
  api::set_member(message, "title", api::json_text("A login waits for you"));
  api::set_member(message, "message", api::json_text("Open to see it and to answer."));
  api::set_member(message, "click", api::json_text(link_to(announcement, origin)));
  api::set_member(message, "priority", number(kHigh));
  api::Json tags(json_array());
  api::append(tags, api::json_text("key"));
  api::set_member(message, "tags", std::move(tags));
  return utf8(message.get());
}

std::string topic_of(const Announcement& announcement) {
  constexpr std::size_t kBytes = 24;  // 32 characters, the most that there may be
  const std::string subject = announcement.id.empty() ? "test" : announcement.id;
  return crypto::base64url_encode(crypto::sha256(subject).substr(0, kBytes));
}

}  // namespace toopher::server::push
