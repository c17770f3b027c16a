// SPDX-License-Identifier: Apache-2.0
// Makes one call of the C library fail, the one with a chosen number, and tells how many there were.
//
// A program that links shim.cc puts its functions in front of the library's, for itself and for all that it loads. What is
// to fail, and what was seen, is in a file that is mapped: `faults` beside the program, of the form below.
#ifndef TOOPHER_TESTS_FAULTS_SHIM_H
#define TOOPHER_TESTS_FAULTS_SHIM_H

#include <cstdint>

namespace toopher::faults {

inline constexpr std::uint32_t kMaxCalls = 65'536;

struct Call {
  char name[40];      ///< of the function
  std::uint64_t way;  ///< the same for calls by the same way, whatever addresses objects are loaded at
  std::uint64_t
      line;  ///< the same where the program or the module makes, or has made for it, the call at the same place
};

struct Record {
  char only[40];          ///< the function whose calls count; "": all do
  std::uint32_t failing;  ///< number of the call to fail, from 1; 0: none
  std::uint32_t error;    ///< its errno; 0: what fits the function
  std::uint32_t calls;    ///< so far
  std::uint32_t struck;   ///< whether that call came
  Call call[kMaxCalls];   ///< written where nothing is to fail
};

/// From now on calls count that come from an object whose name ends so; "": from every object. `end` has static storage.
void arm(const char* end);
void disarm();

}  // namespace toopher::faults

#endif
