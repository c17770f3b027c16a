// SPDX-License-Identifier: Apache-2.0
// libFuzzer's way in. TOOPHER_FUZZ names the target.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "fuzz/targets.h"

namespace {

const toopher::fuzz::Target& chosen() {
  const char* const name = std::getenv("TOOPHER_FUZZ");
  for (const auto& target : toopher::fuzz::kTargets)
    if (name != nullptr && std::string_view(name) == target.name) return target;
  (void)std::fprintf(stderr, "TOOPHER_FUZZ names no target\n");
  std::exit(2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const toopher::fuzz::Target& target = chosen();
  target.run({reinterpret_cast<const char*>(data), size});
  return 0;
}
