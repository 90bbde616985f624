#pragma once
// Every bound of a trace, once.
#include <cstddef>

#include "common/types/units.h"

namespace waybill::agent {

inline constexpr int kHighestTtl = 30;  // traceroute(8)'s default; fewer than protocol::kMaxHops
inline constexpr int kRounds = 3;       // the first, and two more for TTLs that stay silent
// Routers say so many ICMP errors to one host and then no more than one a second (Linux: icmp_ratelimit 1000, IOS: two
// a second), and may have said them about other traces. The last round begins when there must be one again.
inline constexpr DurationMs kLimitRefill{1050};
inline constexpr int kTtlsPastLast = 6;  // later rounds ask no further than this beyond the last answer
// Probes beyond this TTL leave a little apart, so that those that would only ask the receiver again need not leave at
// all where it answers soon.
inline constexpr int kUnpacedTtls = 6;
inline constexpr DurationMs kPace{1};
inline constexpr int kTrailingSilence = 3;        // silent hops kept behind the last answer of an unfinished trace
inline constexpr int kDestinationPort = 33434;    // traceroute(8)'s first; nobody listens there
inline constexpr DurationMs kTraceTimeout{1600};  // all rounds together
inline constexpr DurationMs kLongestRound{450};   // two of them, or one after kLimitRefill, fit in kTraceTimeout
inline constexpr DurationMs kShortestRound{100};  // once the receiver has answered, the slowest router gets 4 RTTs
inline constexpr DurationMs kOneByOneWait{100};   // per probe, where routers do not say which probe they answer
inline constexpr DurationMs kStopCheck{50};       // how soon a trace ends after it is told to
inline constexpr std::size_t kMaxReplies = 256;   // read from the error queue in one trace; the rest is not ours

}  // namespace waybill::agent
