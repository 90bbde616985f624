// What routers and name servers send back: the quoted probe of an ICMP error and a reverse DNS name.
#include <cstdint>

#include "agent/path/host_name.h"
#include "agent/path/probe_reply.h"
#include "agent/path/trace_limits.h"
#include "common/protocol/limits.h"
#include "common/types/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace waybill;
  const ByteView bytes(reinterpret_cast<const char*>(data), size);
  // The first bytes stand for the trace's nonce, so that a seed can match it.
  if (bytes.size() >= agent::kProbeNonceBytes) {
    const auto nonce = bytes.substr(0, agent::kProbeNonceBytes);
    if (const auto tag = agent::decode_probe(bytes.substr(agent::kProbeNonceBytes), nonce)) {
      WAYBILL_ASSERT(tag->ttl >= 1 && tag->ttl <= agent::kHighestTtl, "a TTL beyond what was asked");
      WAYBILL_ASSERT(tag->round >= 0 && tag->round < agent::kRounds, "a round that was never asked");
      const auto again = agent::encode_probe(tag->ttl, tag->round, nonce);
      WAYBILL_ASSERT(bytes.substr(agent::kProbeNonceBytes).starts_with(again), "a probe has one encoding");
    }
  }
  if (const auto name = agent::clean_host_name(bytes)) {
    WAYBILL_ASSERT(name->size() <= protocol::kMaxHopNameBytes, "a name longer than the wire carries");
    for (const char c : *name) WAYBILL_ASSERT(c > ' ' && c < 0x7f, "a name that does not print");
    WAYBILL_ASSERT(agent::clean_host_name(*name) == name, "a clean name stays as it is");
  }
  return 0;
}
