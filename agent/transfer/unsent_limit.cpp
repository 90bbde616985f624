#include <boost/asio/detail/socket_option.hpp>
#include <libtorrent/aux_/socket_type.hpp>
#include <libtorrent/peer_connection.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "agent/transfer/unsent_limit_libtorrent.h"

namespace waybill::transfer {

void limit_unsent(const lt::peer_connection_handle& peer) {
  using NotSentLowWatermark = boost::asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
  const auto connection = peer.native_handle();
  if (!connection) return;
  lt::error_code utp_has_no_such_option;
  connection->get_socket().set_option(NotSentLowWatermark(kMaxUnsentBytes), utp_has_no_such_option);
}

}  // namespace waybill::transfer
