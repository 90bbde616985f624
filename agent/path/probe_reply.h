#pragma once
// One probe and one answer to it, as values. All probes of a trace share their five-tuple, so that routers that balance
// by flow send them the same way (Paris traceroute, Augustin et al. 2006); what tells them apart is in the payload,
// which the router quotes back (RFC 1812 4.3.2.3, RFC 4443 3.3) and the kernel hands out with the error.
#include <cstdint>
#include <optional>

#include "common/types/byte_string.h"
#include "common/types/ip.h"

namespace waybill::agent {

enum class ReplyKind {
  time_exceeded,     // a router on the way
  port_unreachable,  // the receiver, where it comes from the receiver's address; otherwise a firewall
  unreachable,       // a router that can't or won't pass it on: the way ends there
};

struct ProbeReply {
  int ttl = 0;  // 0: the router quoted too little to tell which probe it answers (RFC 792 asks for 8 bytes only)
  IpAddress from;
  ReplyKind kind = ReplyKind::time_exceeded;
  std::int64_t rtt_us = 0;
  bool operator==(const ProbeReply&) const = default;
};

inline constexpr std::size_t kProbeNonceBytes = 8;
inline constexpr std::size_t kProbePayloadBytes = 4 + kProbeNonceBytes;

// "WB", the round, the TTL, then the trace's random nonce: an answer to another program's packet, or one made up by a
// host that did not see the probe, does not carry it.
ByteString encode_probe(int ttl, int round, ByteView nonce);

struct ProbeTag {
  int ttl = 0;
  int round = 0;
};
// Bytes from outside. Empty where they are no probe of this trace. `quoted` may be longer than a probe (padding).
std::optional<ProbeTag> decode_probe(ByteView quoted, ByteView nonce);

enum class IpFamily { v4, v6 };
// ICMP type and code (RFC 792, RFC 4443). Empty for those that say nothing about the way, e.g. "packet too big".
std::optional<ReplyKind> classify_icmp(IpFamily family, int type, int code);

}  // namespace waybill::agent
