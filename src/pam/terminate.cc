// SPDX-License-Identifier: Apache-2.0
// The handler that libstdc++ starts with names the exception on standard error, which is no place to write to in a host,
// and brings a demangler along: a quarter of the module's size, mapped into every login. This one only aborts.
#include <cstdlib>
#include <exception>

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): libstdc++'s names, in its unwind-cxx.h
namespace __cxxabiv1 {
extern std::terminate_handler __terminate_handler;
std::terminate_handler __terminate_handler = std::abort;
}  // namespace __cxxabiv1
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
