// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <sys/timex.h>

#include "server/admin/findings.h"

namespace toopher::server::admin {

void examine_clock(Findings& findings) {
  timex clock{};
  const int state = ::adjtimex(&clock);
  if (state < 0) return;
  // TIME_ERROR is what the kernel says as long as nobody has disciplined its clock.
  if (state == TIME_ERROR) {
    findings.warning("clock", "nobody keeps it right (NTP)",
                     "install chrony or systemd-timesyncd: codes depend on the time");
  } else {
    findings.good("clock", "kept right by NTP");
  }
}

}  // namespace toopher::server::admin
