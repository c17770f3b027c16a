// SPDX-License-Identifier: Apache-2.0
// What is fuzzed: functions that take what a stranger sends and promise something for every input.
#ifndef TOOPHER_TESTS_FUZZ_TARGETS_H
#define TOOPHER_TESTS_FUZZ_TARGETS_H

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace toopher::fuzz {

/// Ends the process, as a sanitizer would, if a promise does not hold.
inline void require(bool holds, const char* promise) {
  if (holds) return;
  (void)std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

/// Takes the next line from `input`, without its line feed; the rest if there is none.
inline std::string_view take_line(std::string_view& input) {
  const auto end = input.find('\n');
  const std::string_view line = input.substr(0, end);
  input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  return line;
}

void text(std::string_view input);
void config(std::string_view input);
void protocol(std::string_view input);
void json(std::string_view input);
void oauth(std::string_view input);
void http(std::string_view input);
void router(std::string_view input);
void phone(std::string_view input);
void endpoint(std::string_view input);
void answers(std::string_view input);
void session(std::string_view input);
void assertion(std::string_view input);

struct Target {
  const char* name;  ///< also of its folder in corpus/
  void (*run)(std::string_view input);
  unsigned rounds;  ///< mutated inputs in make check; some seconds
};

inline constexpr Target kTargets[] = {
    {"text", text, 100000},      {"config", config, 20000},   {"protocol", protocol, 100000},
    {"json", json, 40000},       {"oauth", oauth, 20000},     {"http", http, 8000},
    {"router", router, 3000},    {"phone", phone, 3000},      {"endpoint", endpoint, 100000},
    {"answers", answers, 20000}, {"session", session, 20000}, {"assertion", assertion, 20000},
};

}  // namespace toopher::fuzz

#endif
