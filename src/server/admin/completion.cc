// SPDX-License-Identifier: Apache-2.0
#include "server/admin/completion.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "base/text.h"
#include "server/admin/command_line.h"
#include "server/admin/link.h"

namespace toopher::server::admin {

namespace {

/// The command line up to the word that is being typed.
struct Typed {
  std::string config = default_config();
  std::vector<std::string> plain;
  const Option* waiting = nullptr;  ///< an option whose value is being typed
};

Typed read(const std::vector<std::string>& words) {
  Typed typed;
  std::string option;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (typed.waiting != nullptr) {
      if (std::string_view(typed.waiting->name) == "config") typed.config = word;
      typed.waiting = nullptr;
    } else if (word.starts_with("--")) {
      const Option* const known = any_option(word.substr(2));
      if (known != nullptr && known->value != nullptr) typed.waiting = known;
    } else {
      typed.plain.push_back(word);
    }
  }
  return typed;
}

const Command* command_of(const std::vector<std::string>& plain) {
  if (plain.size() > 1)
    if (const Command* const command = command_named(plain[0] + " " + plain[1])) return command;
  return plain.empty() ? nullptr : command_named(plain[0]);
}

/// The members `member` of what a list operation answers, on its first page.
std::vector<std::string> names_from(const Typed& typed, const char* operation, const char* member,
                                    const std::string& begun) {
  believe_owner_of(typed.config);
  const auto link = link_to_server(load_server_config(typed.config));
  if (!link) return {};
  const api::Json parameters(json_object());
  put(parameters, "beginning", begun);
  const api::Json page = link->call(operation, parameters.get());
  std::vector<std::string> names;
  for (const json_t* const item : elements(json_object_get(page.get(), "items")))
    names.push_back(text_of(item, member));
  return names;
}

std::vector<std::string> values_for(std::string_view kind, const Typed& typed, const std::string& begun) {
  if (kind == "USER" || kind == "[USER]" || kind == "USER|REQUEST")
    return names_from(typed, "users", "name", begun);
  if (kind == "NAME") return names_from(typed, "requesters", "name", begun);
  if (kind == "ID") return names_from(typed, "devices", "pairing", begun);
  if (kind == "LIST") return {"login", "enrol", "admin", "login,enrol", "login,enrol,admin"};
  // As `off|on|required`.
  std::vector<std::string> values;
  if (kind.find('|') != std::string_view::npos)
    for (const std::string_view value : split(kind, '|')) values.emplace_back(value);
  return values;
}

std::vector<std::string> options_of(const Command* command) {
  std::vector<std::string> options;
  const auto add = [&options](std::span<const Option> some) {
    for (const Option& option : some) options.push_back(std::string("--") + option.name);
  };
  if (command != nullptr) add(command->options);
  add(global_options());
  return options;
}

/// First words, or second words behind a first one.
std::vector<std::string> command_words(const std::vector<std::string>& plain) {
  std::set<std::string> words;
  for (const Command& command : commands()) {
    if (command.summary == nullptr) continue;
    const std::string name = command.name;
    const auto blank = name.find(' ');
    if (plain.empty()) words.insert(name.substr(0, blank));
    if (plain.size() == 1 && blank != std::string::npos && name.substr(0, blank) == plain[0])
      words.insert(name.substr(blank + 1));
  }
  return {words.begin(), words.end()};
}

std::vector<std::string> candidates(const std::vector<std::string>& words) {
  const Typed typed = read(words);
  const std::string& begun = words.back();
  if (typed.waiting != nullptr) return values_for(typed.waiting->value, typed, begun);
  const Command* const command = command_of(typed.plain);
  if (begun.starts_with("-")) return options_of(command);
  if (command == nullptr) return command_words(typed.plain);
  const std::string_view name(command->name);
  const std::size_t used = 1U + static_cast<std::size_t>(std::count(name.begin(), name.end(), ' '));
  if (command->argument == nullptr || typed.plain.size() > used) return options_of(command);
  return values_for(command->argument, typed, begun);
}

}  // namespace

std::vector<std::string> completions(const std::vector<std::string>& words) noexcept try {
  std::vector<std::string> fitting;
  if (words.empty()) return fitting;
  for (std::string& candidate : candidates(words))
    if (candidate.starts_with(words.back())) fitting.push_back(std::move(candidate));
  return fitting;
} catch (const std::exception&) {
  return {};
}

}  // namespace toopher::server::admin
