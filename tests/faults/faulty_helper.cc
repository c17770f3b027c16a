// SPDX-License-Identifier: Apache-2.0
// toopher-helper with faults/shim.h: from the first line of its main() on, calls from everywhere count.
#include "faults/shim.h"

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): ld's names (--wrap=main)
extern "C" int __real_main(int argc, char** argv);
extern "C" int __wrap_main(int argc, char** argv) {
  toopher::faults::arm("");
  const int status = __real_main(argc, argv);
  toopher::faults::disarm();
  return status;
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
