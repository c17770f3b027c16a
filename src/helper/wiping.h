// SPDX-License-Identifier: Apache-2.0
// A service outlives its sessions, so what one of them leaves in freed memory must not wait there for a bug: in the helper,
// memory is overwritten when it is given back, C++'s and libcurl's.
#ifndef TOOPHER_HELPER_WIPING_H
#define TOOPHER_HELPER_WIPING_H

namespace toopher::helper {

/// curl_global_init(3) with memory that is wiped when freed. To be called once, before there are threads; false if libcurl
/// cannot start.
[[nodiscard]] bool start_libcurl_wiping();

}  // namespace toopher::helper

#endif
