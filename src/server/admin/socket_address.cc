// SPDX-License-Identifier: Apache-2.0
#include "server/admin/socket_address.h"

#include <fcntl.h>

#include <filesystem>
#include <stdexcept>

namespace toopher::server::admin {

SocketAddress::SocketAddress(const std::string& path) {
  address_.sun_family = AF_UNIX;
  std::string reached = path;
  if (reached.size() >= sizeof address_.sun_path) {
    const std::filesystem::path whole(path);
    directory_.reset(::open(whole.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    reached = "/proc/self/fd/" + std::to_string(directory_.get()) + "/" + whole.filename().string();
  }
  if (reached.size() >= sizeof address_.sun_path)
    throw std::runtime_error("admin-socket " + path + ": the name is too long for a socket");
  reached.copy(address_.sun_path, sizeof address_.sun_path - 1);
}

}  // namespace toopher::server::admin
