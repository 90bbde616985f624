#include <boost/variant/get.hpp>
#include <libtorrent/aux_/socket_type.hpp>
#include <libtorrent/peer_connection.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "agent/transfer/connection_tuning_libtorrent.h"

namespace waybill::transfer {

void tune_connection(const lt::peer_connection_handle& peer) {
  const auto connection = peer.native_handle();
  if (!connection) return;
  auto* tcp = boost::get<lt::tcp::socket>(&connection->get_socket());
  if (tcp == nullptr) return;
  const int socket = tcp->native_handle();
  ::setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kMaxUnsentBytes, sizeof kMaxUnsentBytes);
  ::setsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, kCongestionControl, sizeof kCongestionControl - 1);
}

}  // namespace waybill::transfer
