// SPDX-License-Identifier: Apache-2.0
#include "helper/settings.h"

#include <unistd.h>

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "client/revocation_lists.h"
#include "client/trust_anchors.h"
#include "config/credentials.h"

namespace toopher::helper {
namespace {

/// The bundle of a distribution has a quarter of it.
constexpr std::size_t kMaxCaBytes = 1 << 20;
constexpr std::size_t kMaxCredentialBytes = 4096;

std::vector<client::BaseUrl> servers_of(const config::Api& api) {
  std::vector<client::BaseUrl> servers;
  for (const std::string& text : api.base_urls) {
    auto url = client::BaseUrl::parse(text);
    if (!url) throw config::ConfigError("base-url " + text + " is neither https nor http to this machine");
    servers.push_back(std::move(*url));
  }
  return servers;
}

bool uses_tls(const config::Api& api) {
  return std::any_of(api.base_urls.begin(), api.base_urls.end(),
                     [](const std::string& url) { return !to_lower_ascii(url).starts_with("http:"); });
}

/// Beside a configuration of the caller's own, so that offline codes can be tried without root.
std::string state_directory(const std::string& config_file) {
  if (config_file == config::kDefaultConfigFile || !caller_may_own_files())
    return LOCALSTATEDIR "/lib/toopher/offline";
  return config_file.substr(0, config_file.rfind('/')) + "/offline";
}

offline::Owner owner_of_state(const std::optional<Identity>& reader) {
  if (reader) return {reader->uid, reader->gid};
  return {::geteuid(), ::getegid()};
}

}  // namespace

OpenFiles open_files(const std::string& config_file, const std::optional<Identity>& reader,
                     const std::string& passed_credentials) {
  const FileRules rules = rules_for_this_process();
  OpenFiles files;
  files.config = config::parse_config(read_checked(config_file, rules).view(), config_file);
  const config::Api& api = files.config.api;
  FileRules secret = rules;
  secret.secret = true;
  if (reader) secret.reader_group = reader->gid;
  if (passed_credentials.empty()) {
    files.credentials = open_checked(api.credential_file, secret);
  } else {
    // systemd grants access by an ACL, which shows as rights of root's group.
    secret.reader_group = 0;
    files.credentials = open_checked(passed_credentials, secret);
  }
  if (!api.ca_file.empty()) {
    files.ca = open_checked(api.ca_file, rules);
  } else if (uses_tls(api)) {
    // Whoever may write there decides which server is believed.
    check_directory(api.ca_path, rules);
  }
  if (!api.crl_file.empty()) files.revocation_lists = open_checked(api.crl_file, rules);
  if (files.config.options.offline_codes) {
    const std::string path = state_directory(config_file);
    // systemd gives the directory above (StateDirectory=) to the helper's user, too.
    FileRules parents = rules;
    if (reader) parents.owner = reader->uid;
    files.state.emplace(offline::open_state_directory(path, owner_of_state(reader), parents), path);
  }
  return files;
}

client::Requester read_requester(const OpenFiles& files) {
  const config::Api& api = files.config.api;
  const Secret text = read_all(files.credentials.get(), api.credential_file, kMaxCredentialBytes);
  config::RequesterCredentials credentials = config::parse_credentials(text.view(), api.credential_file);
  client::Requester requester{servers_of(api),
                              {std::move(credentials.key), std::move(credentials.secret)},
                              {{}, api.ca_path, {}, api.proxy},
                              api.timeout};
  if (files.ca) {
    requester.transport.ca_certificates = read_all(files.ca.get(), api.ca_file, kMaxCaBytes).view();
    if (!client::are_trust_anchors(requester.transport.ca_certificates))
      throw config::ConfigError(api.ca_file +
                                ": holds no certificate, or one that cannot be read; ca-file is PEM");
  }
  if (files.revocation_lists) {
    requester.transport.revocation_lists =
        read_all(files.revocation_lists.get(), api.crl_file, kMaxCaBytes).view();
    if (!client::are_revocation_lists(requester.transport.revocation_lists))
      throw config::ConfigError(api.crl_file +
                                ": holds no revocation list, or one that cannot be read; crl-file is PEM");
  }
  return requester;
}

}  // namespace toopher::helper
