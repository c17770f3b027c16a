// SPDX-License-Identifier: Apache-2.0
#include "server/admin/command_line.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "config.h"
#include "server/admin/call.h"
#include "server/admin/table.h"

namespace toopher::server::admin {

namespace {

constexpr const char* kDefaultConfig = SYSCONFDIR "/toopherd/toopherd.conf";
constexpr const char* kOfUnit = LOCALSTATEDIR "/lib/toopherd/toopherd.conf";

constexpr std::array kGlobalOptions{
    Option{"config", "FILE", "the server's configuration"},
    Option{"directory", "NAME", "whose users are meant (default)"},
    Option{"json", nullptr, "print JSON, where a command prints something"},
    Option{"yes", nullptr, "do not ask before something is lost"},
    Option{"offline", nullptr, "insist that the server does not run"},
    Option{"help", nullptr, "print this text"},
    Option{"version", nullptr, "print the version"},
};

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(text.size() < width ? width - text.size() : 1, ' ');
}

std::string option_line(const Option& option, const std::string& indent) {
  constexpr std::size_t kWidth = 30;
  std::string left = indent + "--" + option.name;
  if (option.value != nullptr) left += std::string(" ") + option.value;
  return padded(left, kWidth) + option.summary + "\n";
}

std::string usage() {
  constexpr std::size_t kWidth = 30;
  std::string text =
      "Usage: toopher-admin [OPTION...] COMMAND [ARGUMENT] [OPTION...]\n"
      "\n"
      "Administers a toopherd: through its socket while it runs, else on its database.\n"
      "\n"
      "Commands:\n";
  for (const Command& command : commands()) {
    if (command.summary == nullptr) continue;
    std::string left = std::string("  ") + command.name;
    if (command.argument != nullptr) left += std::string(" ") + command.argument;
    text += padded(left, kWidth) + command.summary + "\n";
    for (const Option& option : command.options) text += option_line(option, "    ");
  }
  text += "\nOptions:\n";
  for (const Option& option : kGlobalOptions) text += option_line(option, "  ");
  text += std::string("\nWithout --config: ") + kDefaultConfig + ", or else " + kOfUnit + ".\n";
  return text + "\nexit status: 0 done, 1 failed, 2 wrong usage, 3 no such user. See toopher-admin(8).\n";
}

const Option* option_named(std::span<const Option> options, std::string_view name) {
  const auto found =
      std::find_if(options.begin(), options.end(), [name](const Option& one) { return name == one.name; });
  return found == options.end() ? nullptr : &*found;
}

struct Words {
  std::vector<std::string> plain;
  std::vector<std::pair<std::string, std::string>> options;

  [[nodiscard]] bool has(std::string_view name) const {
    return std::any_of(options.begin(), options.end(), [name](const auto& one) { return one.first == name; });
  }
  [[nodiscard]] std::string value(std::string_view name) const {
    for (const auto& [option, given] : options)
      if (option == name) return given;
    return {};
  }
};

Words read_words(int argc, char** argv) {
  Words words;
  bool only_plain = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (!only_plain && word == "--") {
      only_plain = true;
      continue;
    }
    if (only_plain || !word.starts_with("-") || word == "-") {
      words.plain.push_back(word);
      continue;
    }
    const auto equals = word.find('=');
    const std::string name =
        word.starts_with("--") ? word.substr(2, equals == std::string::npos ? equals : equals - 2) : "";
    const Option* const option = any_option(name);
    if (option == nullptr) throw UsageError("unknown option " + shown(word));
    if (words.has(name)) throw UsageError("--" + name + " is given twice");
    if (option->value == nullptr && equals != std::string::npos)
      throw UsageError("--" + name + " takes no value");
    std::string value;
    if (option->value != nullptr) {
      if (equals == std::string::npos && i + 1 >= argc)
        throw UsageError("--" + name + " needs " + option->value);
      value = equals == std::string::npos ? argv[++i] : word.substr(equals + 1);
    }
    words.options.emplace_back(name, value);
  }
  return words;
}

/// Operations of this program's own are no commands.
const Command* spoken(const std::string& name) {
  const Command* const command = command_named(name);
  return command == nullptr || command->summary == nullptr ? nullptr : command;
}

/// The command that the first words name, which are removed.
const Command& take_command(std::vector<std::string>& plain) {
  if (plain.empty()) throw UsageError("a command is needed");
  if (plain.size() > 1) {
    if (const Command* const command = spoken(plain[0] + " " + plain[1])) {
      plain.erase(plain.begin(), plain.begin() + 2);
      return *command;
    }
  }
  if (const Command* const command = spoken(plain[0])) {
    plain.erase(plain.begin());
    return *command;
  }
  throw UsageError("there is no command " + shown(plain[0]));
}

void take_argument(CommandLine& line, const std::vector<std::string>& plain) {
  const Command& command = *line.command;
  const bool optional = command.argument != nullptr && command.argument[0] == '[';
  if (command.argument == nullptr) {
    if (!plain.empty()) throw UsageError(std::string(command.name) + " takes no argument");
    return;
  }
  if (plain.empty() || plain[0].empty()) {
    if (optional) return;
    throw UsageError(std::string(command.name) + " needs " + command.argument);
  }
  if (plain.size() > 1) throw UsageError(std::string(command.name) + " takes one argument");
  // Of `USER|REQUEST` the first; of `[USER]` what may be left out.
  std::string name = to_lower_ascii(split(command.argument, '|').front());
  std::erase_if(name, [](char c) { return c == '[' || c == ']'; });
  line.argument = plain[0];
  put(line.parameters, name.c_str(), plain[0]);
}

void take_options(CommandLine& line, const Words& words) {
  for (const auto& [name, value] : words.options) {
    if (option_named(kGlobalOptions, name) != nullptr && name != "directory") continue;
    const Option* option = option_named(line.command->options, name);
    if (name == "directory") option = option_named(kGlobalOptions, name);
    if (option == nullptr) throw UsageError("--" + name + " does not go with " + line.command->name);
    if (option->value == nullptr) {
      put(line.parameters, name.c_str(), true);
    } else {
      put(line.parameters, name.c_str(), value);
    }
  }
}

}  // namespace

std::span<const Option> global_options() {
  return kGlobalOptions;
}

const Option* any_option(std::string_view name) {
  if (const Option* const option = option_named(kGlobalOptions, name)) return option;
  for (const Command& command : commands())
    if (const Option* const option = option_named(command.options, name)) return option;
  return nullptr;
}

const char* default_config() {
  return ::access(kDefaultConfig, F_OK) == 0 ? kDefaultConfig : kOfUnit;
}

CommandLine parse_command_line(int argc, char** argv) {
  CommandLine line;
  Words words = read_words(argc, argv);
  if (words.has("help")) line.only_print = usage();
  if (words.has("version")) line.only_print = "toopher-admin (pam_toopher) " PACKAGE_VERSION "\n";
  if (!line.only_print.empty()) return line;
  line.config = words.has("config") ? words.value("config") : default_config();
  line.wishes.json = words.has("json");
  line.wishes.yes = words.has("yes");
  line.wishes.offline = words.has("offline");
  line.parameters.reset(json_object());
  line.command = &take_command(words.plain);
  take_argument(line, words.plain);
  take_options(line, words);
  if (line.wishes.json && !line.command->prints_json)
    throw UsageError(std::string("--json does not go with ") + line.command->name);
  line.user = text_of(line.parameters.get(), "user");
  return line;
}

}  // namespace toopher::server::admin
