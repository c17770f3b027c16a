// SPDX-License-Identifier: Apache-2.0
#include "server/push/addresses.h"

#include <netinet/in.h>

#include <cstring>
#include <optional>

#include "server/http/network.h"

namespace toopher::server::push {

namespace {

namespace ip = boost::asio::ip;

const Networks& special_ipv4() {
  static const Networks networks = *Networks::parse(
      "0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.0.0.0/24, "
      "192.0.2.0/24, "
      "192.88.99.0/24, 192.168.0.0/16, 198.18.0.0/15, 198.51.100.0/24, 203.0.113.0/24, 224.0.0.0/3");
  return networks;
}

/// Global unicast is 2000::/3; in it lie protocols, documentation and Teredo.
const Networks& global_ipv6() {
  static const Networks networks = *Networks::parse("2000::/3");
  return networks;
}
const Networks& special_ipv6() {
  static const Networks networks = *Networks::parse("2001::/23, 2001:db8::/32, 3fff::/20");
  return networks;
}

ip::address_v4 ipv4_at(const ip::address_v6::bytes_type& bytes, std::size_t offset) {
  ip::address_v4::bytes_type part{};
  std::memcpy(part.data(), bytes.data() + offset, part.size());
  return ip::address_v4(part);
}

/// The IPv4 address that a translator or tunnel would send to: NAT64 (RFC 6052), 6to4 (RFC 3056).
std::optional<ip::address_v4> carried_ipv4(const ip::address_v6& address) {
  static const Networks nat64 = *Networks::parse("64:ff9b::/96");
  static const Networks six_to_four = *Networks::parse("2002::/16");
  constexpr std::size_t kEndOfNat64 = 12;
  constexpr std::size_t kEndOfSixToFour = 2;
  if (nat64.contains(address)) return ipv4_at(address.to_bytes(), kEndOfNat64);
  if (six_to_four.contains(address)) return ipv4_at(address.to_bytes(), kEndOfSixToFour);
  return std::nullopt;
}

bool is_public_address(const Address& given) {
  const Address address = plain_address(given);
  if (address.is_v4()) return !special_ipv4().contains(address);
  if (const auto carried = carried_ipv4(address.to_v6())) return !special_ipv4().contains(*carried);
  return global_ipv6().contains(address) && !special_ipv6().contains(address);
}

}  // namespace

bool is_public(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, &address, sizeof four);
    return is_public_address(ip::address_v4(ntohl(four.sin_addr.s_addr)));
  }
  if (address.sa_family != AF_INET6) return false;
  sockaddr_in6 six{};
  std::memcpy(&six, &address, sizeof six);
  ip::address_v6::bytes_type bytes{};
  std::memcpy(bytes.data(), &six.sin6_addr, bytes.size());
  return is_public_address(ip::address_v6(bytes));
}

}  // namespace toopher::server::push
