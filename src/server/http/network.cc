// SPDX-License-Identifier: Apache-2.0
#include "server/http/network.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/text.h"

namespace toopher::server {

namespace ip = boost::asio::ip;

namespace {

constexpr std::size_t kMaxAddressBytes = 16;
constexpr unsigned kBitsOfByte = 8;

struct Bytes {
  std::array<std::uint8_t, kMaxAddressBytes> bytes{};
  std::size_t size = 0;
};

Bytes bytes_of(const Address& address) {
  Bytes result;
  if (address.is_v4()) {
    const auto bytes = address.to_v4().to_bytes();
    std::copy(bytes.begin(), bytes.end(), result.bytes.begin());
    result.size = bytes.size();
  } else {
    const auto bytes = address.to_v6().to_bytes();
    std::copy(bytes.begin(), bytes.end(), result.bytes.begin());
    result.size = bytes.size();
  }
  return result;
}

/// The first `bits` alone, the others 0.
Bytes first_bits(Bytes bytes, unsigned bits) {
  for (std::size_t i = 0; i < bytes.size; ++i) {
    const std::size_t before = i * kBitsOfByte;
    if (before + kBitsOfByte <= bits) continue;
    const unsigned kept = before >= bits ? 0 : bits - static_cast<unsigned>(before);
    bytes.bytes.at(i) &= static_cast<std::uint8_t>(0xff00U >> kept);
  }
  return bytes;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  boost::system::error_code error;
  const Address address = ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  return plain_address(address);
}

Address plain_address(const Address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

std::string address_key(const Address& address) {
  constexpr std::size_t kNetworkBytes = 8;
  const Bytes bytes = bytes_of(plain_address(address));
  const std::size_t size = std::min(bytes.size, kNetworkBytes);
  return {bytes.bytes.begin(), bytes.bytes.begin() + static_cast<std::ptrdiff_t>(size)};
}

std::optional<Networks::Network> Networks::parse_one(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const Bytes bytes = bytes_of(*address);
  const auto all = static_cast<unsigned>(bytes.size * kBitsOfByte);
  const auto bits = slash == std::string_view::npos ? all : parse_decimal(text.substr(slash + 1), all);
  if (!bits) return std::nullopt;
  const auto width = static_cast<unsigned>(*bits);
  if (first_bits(bytes, width).bytes != bytes.bytes) return std::nullopt;
  return Network{*address, width};
}

std::optional<Networks> Networks::parse(std::string_view text) {
  Networks list;
  for (const std::string_view part : split(text, ',')) {
    auto network = parse_one(trim(part));
    if (!network) return std::nullopt;
    list.networks_.push_back(*network);
  }
  return list;
}

bool Networks::contains(const Address& address) const {
  const Bytes wanted = bytes_of(plain_address(address));
  return std::any_of(networks_.begin(), networks_.end(), [&wanted](const Network& network) {
    const Bytes own = bytes_of(network.address);
    return own.size == wanted.size && first_bits(wanted, network.bits).bytes == own.bytes;
  });
}

Address client_address(const Address& peer, std::string_view forwarded_for, const Networks& trusted) {
  Address client = plain_address(peer);
  if (forwarded_for.empty()) return client;
  const auto hops = split(forwarded_for, ',');
  for (auto hop = hops.rbegin(); hop != hops.rend() && trusted.contains(client); ++hop) {
    const auto address = parse_address(trim(*hop));
    if (!address) break;
    client = *address;
  }
  return client;
}

}  // namespace toopher::server
