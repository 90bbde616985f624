#pragma once
// What a serve order permits: bytes, rate, window and time. Pure.
#include "common/protocol/order.h"
#include "tracker/store/registry.h"

namespace waybill::tracker {

// A receiver asks for blocks more than once (end of a file, a source that stalled, a piece that failed its hash), and
// what was sent in vain counts against a sender's order: one sixteenth and two pieces more than is missing.
ByteCount bytes_with_slack(ByteCount missing, ByteCount piece_length);

// What the receiver still misses. Each missing piece counts whole; never more than the content's size.
ByteCount missing_bytes(const Content& content, std::int64_t pieces_held);

// The least that an order must permit to be worth anything: one piece, or all that is missing.
ByteCount least_useful(const Content& content, ByteCount missing);

struct TermsInput {
  ByteCount missing;
  ByteCount piece_length;
  // Of the ISP's quota and of byte policies, whichever leaves less, reservations left out; kUnlimitedBytes: neither.
  std::int64_t spendable = 0;
  ByteRate upload_cap;    // of the sender; 0: none
  ByteRate cdn_limit;     // 0: none
  ByteRate policy_limit;  // what capacity policies leave; 0: none
  TimeMs now{};
  DurationMs life{};
  std::optional<TimeMs> grant_until;
};
struct Terms {
  ByteCount byte_limit;
  ByteRate rate_limit;
  ByteCount ack_window;
  TimeMs not_after{};
};

// An order never runs past the grant, nor beyond what is left of a quota. Where there is a quota it takes a quarter of
// what is left at most (two pieces or 512 KiB, where that is more), so that one receiver's sources do not reserve all
// of it. No order runs faster than its sender's cap; the sender's own limiter holds the sum of all.
Terms order_terms(const TermsInput& input);

}  // namespace waybill::tracker
