// SPDX-License-Identifier: Apache-2.0
#include "server/setup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <vector>

#include "base/text.h"
#include "base/unique_fd.h"
#include "server/admin/key_file.h"
#include "server/alone.h"
#include "server/service/push.h"
#include "server/service/requesters.h"
#include "server/store/postgres_options.h"
#include "server/wall_clock.h"
#include "webpush/vapid.h"

namespace toopher::server {

namespace {

/// In the form of the credentials file.
Secret credentials_text(const RequesterCredentials& made) {
  Secret text("key = " + made.requester.consumer_key + "\nsecret = ");
  text.append(made.secret.view());
  text.append("\n");
  return text;
}

RequesterCredentials requester_with(Scopes scopes, const std::string& name) {
  RequesterCredentials made = new_requester(name, wall_clock());
  made.requester.scopes = scopes;
  return made;
}

void store_requester(Alone& database, const RequesterCredentials& made) {
  database.run([&made](Context& context) {
    if (context.store.requester_by_name(made.requester.name)) {
      throw std::runtime_error("there is a requester of the name " + made.requester.name + " already");
    }
    context.store.insert_requester(made.requester, made.secret);
  });
}

/// A new file of mode 0600; never overwrites.
void write_new_file(const std::string& path, std::string_view content) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) {
    throw std::runtime_error(path + " cannot be made: " + error_text(errno) +
                             (errno == EEXIST ? "; choose an empty directory" : ""));
  }
  while (!content.empty()) {
    const ssize_t written = ::write(fd.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw std::runtime_error(path + " cannot be written: " + error_text(errno));
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(fd.get()) != 0) throw std::runtime_error(path + " cannot be written: " + error_text(errno));
}

std::string config_text(const InitOptions& options, bool needs_certificate) {
  std::string text =
      "# toopherd: the server. Relative paths are relative to this file.\n"
      "[server]\n"
      "listen = " +
      options.listen + "\n";
  text += options.origin.empty()
              ? "# How phones and hosts address this server, if not by the address above:\n"
                "# origin = https://login.example.org\n"
              : "origin = " + options.origin + "\n";
  const std::string mark = needs_certificate ? "" : "# ";
  text += mark + "certificate = certificate.pem\n" + mark + "private-key = private-key.pem\n";
  text += "database = " + (options.database.empty() ? "toopherd.sqlite" : options.database) + "\n";
  if (!options.password_file.empty())
    text += "database-password-file = " + absolute_path(options.password_file) + "\n";
  text += "key-file = toopherd.key\n";
  return text + (options.push_contact.empty()
                     ? "# Whom operators of push services reach; without it phones are not notified.\n"
                       "# push-contact = mailto:admin@example.org\n"
                     : "push-contact = " + options.push_contact + "\n");
}

void print_secret(const Secret& text) {
  (void)std::fwrite(text.view().data(), 1, text.size(), stdout);
  (void)std::fflush(stdout);
}

/// A file of its own, or a PostgreSQL, which is asked at once: nothing is made for one that cannot be used.
ServerConfig database_of(const InitOptions& options, const std::string& directory) {
  ServerConfig config;
  config.database = options.database.empty() ? directory + "/toopherd.sqlite" : options.database;
  config.database_password_file = options.password_file;
  if (options.database.empty()) return config;
  if (!postgres::Options::is_meant(options.database))
    throw std::runtime_error("--database must be postgresql://USER@HOST/DATABASE or service=NAME");
  try {
    (void)postgres::Options(options.database);
  } catch (const std::invalid_argument& error) {
    throw std::runtime_error(std::string("--database: ") + error.what());
  }
  return config;
}

bool is_loopback(const std::string& address) {
  return address.starts_with("127.") || address == "::1";
}

}  // namespace

std::optional<Scopes> parse_scopes(std::string_view text) {
  Scopes scopes;
  for (const std::string_view part : split(text, ',')) {
    const std::string_view word = trim(part);
    if (word == "login") {
      scopes.add(Scope::login);
    } else if (word == "enrol") {
      scopes.add(Scope::enrol);
    } else if (word == "admin") {
      scopes.add(Scope::admin);
    } else {
      return std::nullopt;
    }
  }
  return scopes;
}

crypto::SealingKey load_sealing_key(const std::string& file) {
  return admin::read_key_file(file).sealing_key();
}

void initialise(const InitOptions& options) {
  ListenAddress listen;
  if (!parse_listen(options.listen, listen)) throw std::runtime_error("--listen must be ADDRESS:PORT");
  InitOptions checked = options;
  checked.origin = normalised_origin(options.origin);
  if (!options.origin.empty() && checked.origin.empty()) {
    throw std::runtime_error("--origin must be https://HOST[:PORT] without a path");
  }
  if (!options.push_contact.empty() && !webpush::is_contact(options.push_contact))
    throw std::runtime_error("--push-contact must be mailto:ADDRESS or https://HOST");
  const std::string directory = absolute_path(options.directory);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    throw std::runtime_error(directory + " cannot be made: " + error_text(errno));
  }
  const bool needs_certificate = !is_loopback(listen.address);
  const ServerConfig config = database_of(checked, directory);
  const crypto::SealingKey key = crypto::SealingKey::generate();
  const auto open_database = [&] {
    return std::make_unique<Alone>(config, *crypto::SealingKey::from_bytes(Secret(key.bytes())));
  };
  const bool own_file = checked.database.empty();
  std::unique_ptr<Alone> database;
  if (!own_file) database = open_database();
  write_new_file(directory + "/toopherd.conf", config_text(checked, needs_certificate));
  std::string digits = hex_encode(key.bytes());
  Secret hex = Secret::take(digits);
  hex.append("\n");
  write_new_file(directory + "/toopherd.key", hex.view());
  if (own_file) {
    write_new_file(config.database, "");
    database = open_database();
  }
  Scopes scopes;
  scopes.add(Scope::login);
  scopes.add(Scope::enrol);
  const RequesterCredentials made = requester_with(scopes, "first requester");
  store_requester(*database, made);
  database->run([](Context& context) { (void)push_key(context); });
  write_new_file(directory + "/credentials", credentials_text(made).view());
  print_secret(credentials_text(made));
  (void)std::fprintf(
      stderr,
      "toopherd: %s is ready. The lines above are a host's credentials (also in %s/credentials).\n"
      "%s%sStart the server:  toopherd --config %s/toopherd.conf\n",
      directory.c_str(), directory.c_str(),
      checked.push_contact.empty() ? "For notifications on phones put push-contact into toopherd.conf.\n"
                                   : "",
      needs_certificate ? "Put certificate.pem and private-key.pem there first.\n" : "", directory.c_str());
}

void add_requester(const ServerConfig& config, const std::string& name, Scopes scopes) {
  constexpr std::size_t kMaxName = 64;
  if (name.empty() || name.size() > kMaxName || name != sanitize_for_display(name)) {
    throw std::runtime_error("a requester's name has 1 to 64 bytes of text without control characters");
  }
  const RequesterCredentials made = requester_with(scopes, name);
  Alone database(config, load_sealing_key(config.key_file));
  store_requester(database, made);
  print_secret(credentials_text(made));
  (void)std::fprintf(stderr, "toopherd: the lines above are the credentials of %s.\n", name.c_str());
}

}  // namespace toopher::server
