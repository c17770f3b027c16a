// SPDX-License-Identifier: Apache-2.0
// toopherd: the command line.
#include <getopt.h>
#include <jansson.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>

#include "base/wiping.h"
#include "config.h"
#include "server/serve.h"
#include "server/setup.h"

namespace {

using namespace toopher;

constexpr int kUsageError = 2;

constexpr const char* kHelp =
    "Usage: toopherd --config FILE\n"
    "       toopherd --init DIR [--listen ADDRESS:PORT] [--origin URL]\n"
    "                [--push-contact mailto:ADDRESS] [--database URI [--database-password-file FILE]]\n"
    "       toopherd --add-requester NAME --scopes login,enrol,admin --config FILE\n"
    "\n"
    "The server of pam_toopher: it speaks the Toopher API v1 with hosts, and with phones.\n"
    "\n"
    "  --config FILE          run with this configuration, until SIGTERM or SIGINT\n"
    "  --init DIR             make a configuration, a database and a key file in DIR, and print\n"
    "                         the credentials of a first requester (a host)\n"
    "  --listen ADDRESS:PORT  with --init: where to listen (127.0.0.1:8477); port 0 is any free one\n"
    "  --origin URL           with --init: how phones and hosts address the server\n"
    "  --push-contact URI     with --init: whom operators of push services reach, as\n"
    "                         mailto:admin@example.org; needed for notifications on phones\n"
    "  --database URI         with --init: a PostgreSQL instead of an SQLite file, as\n"
    "                         postgresql://toopherd@db.example.org/toopherd\n"
    "  --database-password-file FILE  where its password is, if it wants one\n"
    "  --add-requester NAME   add a requester and print its credentials\n"
    "  --scopes LIST          with --add-requester: what it may do (login,enrol)\n"
    "  --help, --version      print this text, or the version\n"
    "\n"
    "See toopherd(8).\n";

constexpr const char* kOfInit =
    "--listen, --origin, --push-contact, --database and --database-password-file go with --init only, and "
    "--init goes with nothing else";

struct CommandLine {
  std::string config;
  server::InitOptions init;
  bool describes_new_server = false;  ///< an option of kOfInit was given
  std::string requester;
  std::optional<std::string> scopes;
  bool help = false;
  bool version = false;
};

/// False after an unknown or incomplete option (getopt has said which), or an argument that is none.
bool parse(int argc, char** argv, CommandLine& line) {
  enum {
    kConfig = 1,
    kInit,
    kListen,  // to kPasswordFile: those of kOfInit
    kOrigin,
    kPushContact,
    kDatabase,
    kPasswordFile,
    kRequester,
    kScopes,
    kHelpOption,
    kVersion
  };
  static const option kOptions[] = {{"config", required_argument, nullptr, kConfig},
                                    {"init", required_argument, nullptr, kInit},
                                    {"listen", required_argument, nullptr, kListen},
                                    {"origin", required_argument, nullptr, kOrigin},
                                    {"push-contact", required_argument, nullptr, kPushContact},
                                    {"database", required_argument, nullptr, kDatabase},
                                    {"database-password-file", required_argument, nullptr, kPasswordFile},
                                    {"add-requester", required_argument, nullptr, kRequester},
                                    {"scopes", required_argument, nullptr, kScopes},
                                    {"help", no_argument, nullptr, kHelpOption},
                                    {"version", no_argument, nullptr, kVersion},
                                    {nullptr, 0, nullptr, 0}};
  for (int found = 0; (found = getopt_long(argc, argv, "", kOptions, nullptr)) != -1;) {
    if (found == kConfig)
      line.config = optarg;
    else if (found == kInit)
      line.init.directory = optarg;
    else if (found == kListen)
      line.init.listen = optarg;
    else if (found == kOrigin)
      line.init.origin = optarg;
    else if (found == kPushContact)
      line.init.push_contact = optarg;
    else if (found == kDatabase)
      line.init.database = optarg;
    else if (found == kPasswordFile)
      line.init.password_file = optarg;
    else if (found == kRequester)
      line.requester = optarg;
    else if (found == kScopes)
      line.scopes = optarg;
    else if (found == kHelpOption)
      line.help = true;
    else if (found == kVersion)
      line.version = true;
    else
      return false;
    if (found >= kListen && found <= kPasswordFile) line.describes_new_server = true;
  }
  if (optind < argc) (void)std::fprintf(stderr, "toopherd: unexpected argument '%s'\n", argv[optind]);
  return optind >= argc;
}

int usage_error(const char* message) {
  (void)std::fprintf(stderr, "toopherd: %s; see toopherd --help\n", message);
  return kUsageError;
}

int run(const CommandLine& line) {
  if (!line.init.directory.empty()) {
    if (!line.config.empty() || !line.requester.empty() || line.scopes) return usage_error(kOfInit);
    server::initialise(line.init);
    return 0;
  }
  if (line.describes_new_server) return usage_error(kOfInit);
  if (line.config.empty()) return usage_error("--config or --init is needed");
  if (line.scopes && line.requester.empty()) return usage_error("--scopes goes with --add-requester only");
  const server::ServerConfig config = server::load_server_config(line.config);
  if (line.requester.empty()) {
    server::serve(config);
    return 0;
  }
  const auto scopes = server::parse_scopes(line.scopes.value_or("login,enrol"));
  if (!scopes) return usage_error("--scopes takes login, enrol and admin, separated by commas");
  server::add_requester(config, line.requester, *scopes);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  ::umask(077);
  (void)std::signal(SIGPIPE, SIG_IGN);
  (void)std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like a full disk, not the end
  // Before anything else of jansson's: links and codes are in its memory as well.
  json_set_alloc_funcs(std::malloc, free_wiped);
  try {
    CommandLine line;
    if (!parse(argc, argv, line)) return usage_error("wrong usage");
    if (line.help) {
      (void)std::fputs(kHelp, stdout);
      return 0;
    }
    if (line.version) {
      (void)std::puts("toopherd (pam_toopher) " PACKAGE_VERSION);
      return 0;
    }
    return run(line);
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "toopherd: %s\n", error.what());
    return 1;
  }
}
