// SPDX-License-Identifier: Apache-2.0
// A service outlives its sessions, so that what libcurl leaves in freed memory has to be wiped, too; see base/wiping.h.
#ifndef TOOPHER_HELPER_WIPING_H
#define TOOPHER_HELPER_WIPING_H

namespace toopher::helper {

/// curl_global_init(3) with memory that is wiped when freed. To be called once, before there are threads; false if libcurl
/// cannot start.
[[nodiscard]] bool start_libcurl_wiping();

}  // namespace toopher::helper

#endif
