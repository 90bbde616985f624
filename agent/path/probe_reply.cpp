#include "agent/path/probe_reply.h"

#include "agent/path/trace_limits.h"
#include "common/types/check.h"

namespace waybill::agent {

ByteString encode_probe(int ttl, int round, ByteView nonce) {
  WAYBILL_ASSERT(nonce.size() == kProbeNonceBytes, "a trace's nonce has a fixed length");
  ByteString payload = "WB";
  payload += static_cast<char>(round);
  payload += static_cast<char>(ttl);
  payload += nonce;
  return payload;
}

std::optional<ProbeTag> decode_probe(ByteView quoted, ByteView nonce) {
  if (quoted.size() < kProbePayloadBytes || quoted.substr(0, 2) != "WB") return std::nullopt;
  if (quoted.substr(4, kProbeNonceBytes) != nonce) return std::nullopt;
  const ProbeTag tag{static_cast<unsigned char>(quoted[3]), static_cast<unsigned char>(quoted[2])};
  if (tag.ttl < 1 || tag.ttl > kHighestTtl || tag.round >= kRounds) return std::nullopt;
  return tag;
}

std::optional<ReplyKind> classify_icmp(IpFamily family, int type, int code) {
  struct Numbers {
    int unreachable, port, too_big, time_exceeded;
  };
  // RFC 792: type 3 code 3 port, type 3 code 4 fragmentation needed, type 11 code 0 TTL exceeded in transit.
  // RFC 4443: type 1 code 4 port, type 3 code 0 hop limit exceeded; "packet too big" is a type of its own.
  const Numbers numbers = family == IpFamily::v4 ? Numbers{3, 3, 4, 11} : Numbers{1, 4, -1, 3};
  if (type == numbers.time_exceeded) return code == 0 ? std::optional(ReplyKind::time_exceeded) : std::nullopt;
  if (type != numbers.unreachable || code == numbers.too_big) return std::nullopt;
  return code == numbers.port ? ReplyKind::port_unreachable : ReplyKind::unreachable;
}

}  // namespace waybill::agent
