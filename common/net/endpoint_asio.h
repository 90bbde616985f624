#pragma once
// Between our addresses and Asio's.
#include <boost/asio/ip/tcp.hpp>

#include "common/types/ip.h"

namespace waybill::net {

inline IpAddress from_asio(const boost::asio::ip::address& address) {
  if (address.is_v4()) return IpAddress::from_v4(address.to_v4().to_uint());
  IpAddress result;
  const auto bytes = address.to_v6().to_bytes();
  std::copy(bytes.begin(), bytes.end(), result.bytes.begin());
  return result;
}

inline boost::asio::ip::address to_asio(const IpAddress& address) {
  boost::asio::ip::address_v6::bytes_type bytes;
  std::copy(address.bytes.begin(), address.bytes.end(), bytes.begin());
  const boost::asio::ip::address_v6 v6(bytes);
  if (!address.is_v4()) return v6;
  return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6);
}

inline Endpoint from_asio(const boost::asio::ip::tcp::endpoint& endpoint) {
  return {from_asio(endpoint.address()), endpoint.port()};
}

inline boost::asio::ip::tcp::endpoint to_asio(const Endpoint& endpoint) {
  return {to_asio(endpoint.address), endpoint.port};
}

}  // namespace waybill::net
