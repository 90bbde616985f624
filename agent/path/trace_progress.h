#pragma once
// What a trace knows so far and what it should ask next: pure decisions, without socket or clock.
#include <array>
#include <optional>
#include <vector>

#include "agent/path/probe_reply.h"
#include "agent/path/trace_limits.h"
#include "common/protocol/path.h"

namespace waybill::agent {

class TraceProgress {
 public:
  TraceProgress(const IpAddress& source, const IpAddress& destination) : source_(source), destination_(destination) {}

  // The first answer to a TTL stands. Ignored: answers whose TTL is unknown (they set `short_quotes`), and the errors
  // that the sender's own stack raises, e.g. when its gateway does not answer.
  void add(const ProbeReply& reply);

  const std::optional<ProbeReply>& at(int ttl) const { return replies_[static_cast<std::size_t>(ttl)]; }
  int last_answered() const;  // 0: none
  // The lowest TTL at which the way ended: the receiver, or a router that refused. 0: not found.
  int end() const;
  bool receiver_answered() const;
  // Some router quotes too little, so the TTLs still silent must be asked one at a time.
  bool short_quotes() const { return short_quotes_; }
  std::int64_t longest_rtt_us() const;
  // Who says that the TTL ran out would have passed it on, even if the address is the destination's: it translates, and
  // the receiver is behind it.
  bool is_receiver(const ProbeReply& reply) const {
    return reply.from == destination_ && reply.kind != ReplyKind::time_exceeded;
  }

  // The TTLs to ask in this round (0 is the first): all of them at first; then those that are silent below the end of
  // the way, or a few beyond the last answer where the end was not found. The end itself is asked once, since hosts
  // limit how often they say "port unreachable" (Linux: icmp_ratelimit).
  std::vector<int> ttls_to_ask(int round) const;
  // No later round has anything to ask.
  bool settled() const { return ttls_to_ask(1).empty(); }
  // How long to wait for answers after the round's last probe.
  DurationMs round_wait() const;

 private:
  IpAddress source_, destination_;
  std::array<std::optional<ProbeReply>, kHighestTtl + 1> replies_;
  bool short_quotes_ = false;
};

// Which hops are on the sender's own side, by the rule of path.h: on the way to a public destination, the private
// addresses before the first public or silent one: what is behind silence may be the provider's as well. Shared
// addresses (RFC 6598) are the provider's by definition and end the customer's side as a public one does. Where the
// destination itself is private or loopback nothing is marked: there is no telling whose side is whose.
void mark_customer_side(protocol::Path& path);

// The evidence: hops in order up to the receiver, silent ones kept; behind the last answer of an unfinished trace
// kTrailingSilence silent ones. No answer at all gives no hops. Names are left empty.
protocol::Path assemble_path(const TraceProgress& progress, const IpAddress& source, const IpAddress& destination,
                             TimeMs probed_at);

}  // namespace waybill::agent
