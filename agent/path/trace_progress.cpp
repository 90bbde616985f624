#include "agent/path/trace_progress.h"

#include <algorithm>

namespace waybill::agent {

using protocol::Hop;
using protocol::HopSide;
using protocol::Path;

void TraceProgress::add(const ProbeReply& reply) {
  if (reply.from == source_ && reply.from != destination_) return;
  if (reply.ttl == 0) {
    short_quotes_ = true;
    return;
  }
  if (reply.ttl < 1 || reply.ttl > kHighestTtl) return;
  auto& known = replies_[static_cast<std::size_t>(reply.ttl)];
  if (!known) known = reply;
}

int TraceProgress::last_answered() const {
  for (int ttl = kHighestTtl; ttl > 0; --ttl) {
    if (at(ttl)) return ttl;
  }
  return 0;
}

int TraceProgress::end() const {
  for (int ttl = 1; ttl <= kHighestTtl; ++ttl) {
    if (at(ttl) && at(ttl)->kind != ReplyKind::time_exceeded) return ttl;
  }
  return 0;
}

bool TraceProgress::receiver_answered() const {
  const int ttl = end();
  return ttl > 0 && is_receiver(*at(ttl));
}

std::int64_t TraceProgress::longest_rtt_us() const {
  std::int64_t longest = 0;
  for (const auto& reply : replies_) {
    if (reply) longest = std::max(longest, reply->rtt_us);
  }
  return longest;
}

std::vector<int> TraceProgress::ttls_to_ask(int round) const {
  const int found = end();
  int highest = found > 0 ? found - 1 : kHighestTtl;
  if (round > 0 && found == 0) highest = std::min(kHighestTtl, last_answered() + kTtlsPastLast);
  std::vector<int> ttls;
  for (int ttl = 1; ttl <= highest; ++ttl) {
    if (!at(ttl)) ttls.push_back(ttl);
  }
  return ttls;
}

DurationMs TraceProgress::round_wait() const {
  if (!receiver_answered()) return kLongestRound;
  return std::clamp(DurationMs{4 * longest_rtt_us() / 1000}, kShortestRound, kLongestRound);
}

namespace {

bool is_shared(const IpAddress& address) {
  static const auto kShared = IpPrefix::parse("100.64.0.0/10").value();
  return kShared.contains(address);
}

bool is_public(const IpAddress& address) {
  return !address.is_private() && !address.is_loopback() && !address.is_unspecified();
}

Hop hop_of(int ttl, const std::optional<ProbeReply>& reply, bool receiver) {
  Hop hop;
  hop.ttl = ttl;
  if (reply) {
    hop.address = reply->from;
    hop.rtt_us = reply->rtt_us;
  }
  if (receiver) hop.side = HopSide::receiver;
  return hop;
}

}  // namespace

void mark_customer_side(Path& path) {
  if (!is_public(path.destination)) return;
  for (auto& hop : path.hops) {
    if (!hop.address) return;
    if (hop.side != HopSide::network || is_public(*hop.address) || is_shared(*hop.address)) return;
    hop.side = HopSide::customer;
  }
}

Path assemble_path(const TraceProgress& progress, const IpAddress& source, const IpAddress& destination,
                   TimeMs probed_at) {
  Path path;
  path.method = protocol::PathMethod::trace;
  path.source = source;
  path.destination = destination;
  path.probed_at = probed_at;
  path.complete = progress.receiver_answered();
  const int end = progress.end();
  const int last = end > 0 ? end : progress.last_answered();
  for (int ttl = 1; ttl <= last; ++ttl) {
    path.hops.push_back(hop_of(ttl, progress.at(ttl), path.complete && ttl == last));
  }
  if (!path.complete && end > 1 && path.hops[static_cast<std::size_t>(end) - 2].address == path.hops.back().address) {
    // The router before answered for itself already; "I can't pass it on" adds no hop.
    path.hops.pop_back();
  }
  if (end == 0 && last > 0) {
    const int kept = std::min(last + kTrailingSilence, kHighestTtl);
    for (int ttl = last + 1; ttl <= kept; ++ttl) path.hops.push_back(hop_of(ttl, std::nullopt, false));
  }
  mark_customer_side(path);
  return path;
}

}  // namespace waybill::agent
