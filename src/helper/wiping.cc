// SPDX-License-Identifier: Apache-2.0
#include "helper/wiping.h"

#include <curl/curl.h>

#include <cstdlib>
#include <cstring>

#include "base/wiping.h"

namespace toopher::helper {

bool start_libcurl_wiping() {
  // NOLINTNEXTLINE(cppcoreguidelines-no-malloc): libcurl takes its memory from there
  return curl_global_init_mem(CURL_GLOBAL_DEFAULT, std::malloc, free_wiped, reallocate_wiped, ::strdup,
                              std::calloc) == CURLE_OK;
}

}  // namespace toopher::helper
