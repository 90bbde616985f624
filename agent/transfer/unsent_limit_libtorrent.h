#pragma once
// How much the kernel may hold of a connection that has not left yet. Bytes count as sent when they are written to the
// socket: where a connection ends, what is still there was counted and never left.
#include <libtorrent/peer_connection_handle.hpp>

namespace waybill::transfer {

inline constexpr int kMaxUnsentBytes = 256 << 10;  // beside what the congestion window has under way

// From the session's thread, once the connection is open.
void limit_unsent(const lt::peer_connection_handle& peer);

}  // namespace waybill::transfer
