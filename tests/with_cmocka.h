// SPDX-License-Identifier: Apache-2.0
// cmocka wants these headers before its own, and C linkage.
#ifndef TOOPHER_TESTS_WITH_CMOCKA_H
#define TOOPHER_TESTS_WITH_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string>
#include <string_view>

extern "C" {
#include <cmocka.h>
}

/// Two texts, shown whole when they differ.
inline void assert_same_text(std::string_view actual, std::string_view expected) {
  assert_string_equal(std::string(actual).c_str(), std::string(expected).c_str());
}

#endif
