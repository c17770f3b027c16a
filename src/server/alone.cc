// SPDX-License-Identifier: Apache-2.0
#include "server/alone.h"

#include <syslog.h>

#include <cstdio>
#include <future>
#include <memory>

#include "server/open_store.h"
#include "server/service/slow_hashes.h"
#include "server/wall_clock.h"

namespace toopher::server {

namespace {

/// On the standard error as toopherd's, and to the journal too, which keeps the server's standard error but not this one.
void tell(const std::vector<std::string>& audit_lines) {
  for (const std::string& line : audit_lines) {
    (void)std::fprintf(stderr, "%s\n", line.c_str());
    ::syslog(LOG_AUTHPRIV | LOG_NOTICE, "%s", line.c_str());
  }
}

void run_once(Store& store, const Store::Operation& operation) {
  std::promise<void> done;
  store.submit(operation, [&done](const std::exception_ptr& outcome) {
    if (outcome) {
      done.set_exception(outcome);
    } else {
      done.set_value();
    }
  });
  done.get_future().get();
}

}  // namespace

Alone::Alone(const ServerConfig& config, crypto::SealingKey key)
    : store_(open_store(config, std::move(key), StoreUser::program, [](const Committed& committed) {
        tell(committed.audit_lines);
        for (const auto& completion : committed.completions) completion();
      })) {}

void Alone::run(const std::function<void(Context&)>& operation) {
  const std::string no_origin;  // no device takes part
  for (std::shared_ptr<SlowHashes> hashes;;) {
    try {
      run_once(*store_, [&](Transaction& transaction) {
        Context context{transaction, wall_clock(), no_origin, hashes.get()};
        operation(context);
      });
      return;
    } catch (const NeedsHashes& needed) {
      hashes = needed.wanted();
    }
    hashes->compute();
  }
}

}  // namespace toopher::server
