#pragma once
// The measured way of a data transfer event, as the sender's trace found it (patent FIG. 2B, 252). It is evidence: raw
// hops only, nothing guessed; the tracker resolves them to network components by its own tables.
#include <optional>
#include <string>
#include <vector>

#include "common/protocol/bencode.h"
#include "common/types/ip.h"
#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::protocol {

enum class PathMethod {
  none,   // no trace was possible or it has not ended; `hops` is empty
  trace,  // UDP, all TTLs at once, constant ports, IP_RECVERR (design section 4)
};

enum class HopSide {
  network,   // a router between the two
  customer,  // a private address before the first public one: the sender's own side (home gateway)
  receiver,  // the receiver itself answered (port unreachable or its own address): the trace is complete
};

struct Hop {
  int ttl = 0;                       // 1 is the first router
  std::optional<IpAddress> address;  // absent: silent at this TTL
  std::int64_t rtt_us = 0;           // microseconds; 0 where silent
  HopSide side = HopSide::network;
  std::string name;  // reverse DNS, where known in time; at most kMaxHopNameBytes
  bool operator==(const Hop&) const = default;
};

struct Path {
  PathMethod method = PathMethod::none;
  IpAddress source;
  IpAddress destination;
  TimeMs probed_at{};
  bool complete = false;  // the receiver answered
  std::vector<Hop> hops;  // ascending TTL, silent ones kept; at most kMaxHops
  bool operator==(const Path&) const = default;
};

Value encode_path(const Path& path);
// Refuses more hops than kMaxHops, TTLs that do not ascend, negative times, names over the limit.
Result<Path> decode_path(const Value& value);

}  // namespace waybill::protocol
