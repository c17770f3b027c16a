// SPDX-License-Identifier: Apache-2.0
#include "server/http/routes.h"

#include <algorithm>
#include <array>

#include "server/http/calls.h"

namespace toopher::server {

namespace {

// The first that fits: names come before ids.
constexpr std::array kRoutes = {
    Route{"POST", "pairings/create", Needs::enrol_or_admin, calls::create_pairing},
    Route{"POST", "pairings/create/qr", Needs::enrol_or_admin, calls::create_qr_pairing},
    Route{"POST", "pairings/create/sms", Needs::enrol_or_admin, calls::create_sms_pairing},
    Route{"GET", "qr/pairings/*", Needs::enrol_or_admin, calls::draw_qr_pairing},
    Route{"POST", "pairings/*/generate_reset_link", Needs::admin, calls::make_reset_link},
    Route{"POST", "pairings/*/send_reset_link", Needs::admin, calls::send_reset_link},
    Route{"GET", "pairings/*", Needs::any, calls::read_pairing},
    Route{"POST", "pairings/*", Needs::admin, calls::change_pairing},
    Route{"POST", "authentication_requests/initiate", Needs::login, calls::initiate},
    Route{"GET", "authentication_requests/*", Needs::login, calls::read_request},
    Route{"POST", "authentication_requests/*", Needs::login, calls::submit_code},
    Route{"POST", "authentication_requests/*/otp_auth", Needs::login, calls::submit_code},
    Route{"POST", "authentication_requests/*/cancel", Needs::login, calls::cancel_request},
    Route{"POST", "user_terminals/create", Needs::login, calls::create_terminal},
    Route{"GET", "user_terminals/*", Needs::login, calls::read_terminal},
    Route{"POST", "user_terminals/*", Needs::login, calls::change_terminal},
    Route{"GET", "users", Needs::any, calls::find_users},
    Route{"POST", "users/create", Needs::enrol_or_admin, calls::create_user},
    Route{"POST", "users/reset", Needs::admin, calls::reset_user},
    Route{"POST", "users/activate_next_otp_list", Needs::enrol_or_admin, calls::make_recovery_codes},
    Route{"GET", "users/oath_otp_validators", Needs::any, calls::validators_of_user},
    Route{"POST", "users/oath_otp_validators/associate", Needs::enrol_or_admin, calls::associate_validator},
    Route{"POST", "users/oath_otp_validators/dissociate", Needs::admin, calls::dissociate_validator},
    Route{"GET", "users/*", Needs::any, calls::read_user},
    Route{"POST", "users/*", Needs::admin, calls::change_user},
    Route{"GET", "users/*/pairings", Needs::any, calls::pairings_of_user},
    Route{"GET", "users/*/oath_otp_validators", Needs::any, calls::validators_of_user},
    Route{"POST", "users/*/oath_otp_validators/associate", Needs::enrol_or_admin, calls::associate_validator},
    Route{"POST", "users/*/oath_otp_validators/dissociate", Needs::admin, calls::dissociate_validator},
    Route{"GET", "oath_otp_validators", Needs::any, calls::read_validator},
    Route{"POST", "oath_otp_validators", Needs::any, calls::read_validator},
    Route{"POST", "oath_otp_validators/provision", Needs::admin, calls::provision_validator},
    Route{"POST", "oath_otp_validators/bulk_provision", Needs::admin, calls::provision_list},
    Route{"POST", "oath_otp_validators/resync", Needs::admin, calls::resync_validator},
    Route{"POST", "oath_otp_validators/deactivate", Needs::admin, calls::deactivate_validator},
    Route{"GET", "oath_otp_validators/*", Needs::any, calls::read_validator},
    Route{"POST", "oath_otp_validators/*", Needs::any, calls::read_validator},
    Route{"POST", "oath_otp_validators/*/resync", Needs::admin, calls::resync_validator},
    Route{"POST", "oath_otp_validators/*/deactivate", Needs::admin, calls::deactivate_validator},
};

std::string_view first_word(std::string_view path) {
  return path.substr(0, path.find('/'));
}

/// Toopher's documentation and its Python library call validators differently.
std::string_view as_documented(std::string_view word) {
  return word == "oath_otp_validator" ? "oath_otp_validators" : word;
}

bool may_be_id(std::string_view word) {
  constexpr std::size_t kLongest = 64;
  return !word.empty() && word.size() <= kLongest && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
}

/// Whether `path` has the form of `pattern`; then `id` is what stands for `*`.
bool fits(std::string_view path, std::string_view pattern, std::string_view& id) {
  for (;;) {
    const std::string_view word = first_word(path);
    const std::string_view wanted = first_word(pattern);
    if (wanted == "*") {
      if (!may_be_id(word)) return false;
      id = word;
    } else if (as_documented(word) != wanted) {
      return false;
    }
    const bool ends = word.size() == path.size();
    if (ends != (wanted.size() == pattern.size())) return false;
    if (ends) return true;
    path.remove_prefix(word.size() + 1);
    pattern.remove_prefix(wanted.size() + 1);
  }
}

bool has_access(Scopes scopes, Needs needs) {
  switch (needs) {
    case Needs::any:
      return true;
    case Needs::login:
      return scopes.has(Scope::login);
    case Needs::enrol_or_admin:
      return scopes.has(Scope::enrol) || scopes.has(Scope::admin);
    case Needs::admin:
      return scopes.has(Scope::admin);
  }
  return false;
}

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

Target find_route(std::string_view method, std::string_view path) {
  for (const Route& route : kRoutes) {
    std::string_view id;
    if (route.method == method && fits(path, route.path, id)) return {&route, std::string(id)};
  }
  return {};
}

void require_access(const Caller& caller, Needs needs) {
  if (has_access(caller.scopes, needs)) return;
  throw Refused({403, api::error_code::kForbidden,
                 "This requester may not do that; it needs the scope " + std::string(to_text(needs)) + "."});
}

std::string_view to_text(Needs needs) {
  switch (needs) {
    case Needs::any:
      return "any";
    case Needs::login:
      return "login";
    case Needs::enrol_or_admin:
      return "enrol or admin";
    case Needs::admin:
      return "admin";
  }
  return "";
}

}  // namespace toopher::server
