#pragma once
// What is asked of the kernel for a TCP connection.
#include <libtorrent/peer_connection_handle.hpp>

namespace waybill::transfer {

// How much the kernel may hold that has not left yet, beside what the congestion window has under way. Bytes count as
// sent when they are written to the socket: where a connection ends, what is still there was counted and never left.
inline constexpr int kMaxUnsentBytes = 256 << 10;

// The receivers of one uplink are to share it evenly, whoever came first. BBR, which some hosts have as their default,
// lets late flows starve for seconds in a queue that drops at its tail; CUBIC (RFC 9438) does not.
inline constexpr char kCongestionControl[] = "cubic";

// From the session's thread, once the connection is open. A kernel that permits less is left as it is.
void tune_connection(const lt::peer_connection_handle& peer);

}  // namespace waybill::transfer
