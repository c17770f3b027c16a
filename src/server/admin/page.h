// SPDX-License-Identifier: Apache-2.0
// A page of a list: some items, and where the next page begins.
#ifndef TOOPHER_SERVER_ADMIN_PAGE_H
#define TOOPHER_SERVER_ADMIN_PAGE_H

#include "server/admin/call.h"

namespace toopher::server::admin {

inline constexpr int kPage = 200;  // rows looked at within one transaction, which others wait for

class Page {
 public:
  void add(api::Json item) { append(items_, std::move(item)); }
  /// There may be more behind `last`.
  void continues_after(api::Json last) { next_ = std::move(last); }
  [[nodiscard]] api::Json answer() {
    api::Json object(json_object());
    put(object, "items", std::move(items_));
    if (next_) put(object, "next", std::move(next_));
    return object;
  }

 private:
  api::Json items_{json_array()};
  api::Json next_;
};

}  // namespace toopher::server::admin

#endif
