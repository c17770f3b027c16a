// SPDX-License-Identifier: Apache-2.0
// Addresses of clients: lists of networks, who stands behind a proxy, and whose connections are counted together.
#ifndef TOOPHER_SERVER_HTTP_NETWORK_H
#define TOOPHER_SERVER_HTTP_NETWORK_H

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toopher::server {

using Address = boost::asio::ip::address;

/// Nothing if the text is no numeric address. An IPv4 address written as an IPv6 one (::ffff:…) becomes IPv4.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);

/// `address`, an IPv4 one as such also where the system gives it as IPv6.
[[nodiscard]] Address plain_address(const Address& address);

/// Whose connections are counted together: an IPv4 address, or the first 64 bits of an IPv6 one.
[[nodiscard]] std::string address_key(const Address& address);

/// A list of networks.
class Networks {
 public:
  /// `ADDRESS[/BITS], …`; nothing if one is malformed, or has bits set behind its own.
  static std::optional<Networks> parse(std::string_view text);
  [[nodiscard]] bool contains(const Address& address) const;
  [[nodiscard]] bool empty() const { return networks_.empty(); }

 private:
  struct Network {
    Address address;
    unsigned bits = 0;
  };
  static std::optional<Network> parse_one(std::string_view text);
  std::vector<Network> networks_;
};

/// For whom `peer` asks: the rightmost address of `forwarded_for` that is no trusted proxy, if `peer` is one; else the peer
/// itself. What is no address ends the search, because everything left of it may be invented.
[[nodiscard]] Address client_address(const Address& peer, std::string_view forwarded_for,
                                     const Networks& trusted);

}  // namespace toopher::server

#endif
