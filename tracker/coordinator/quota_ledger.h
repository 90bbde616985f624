#pragma once
// What counts against one agreement's quota: bytes acknowledged in the current span, and bytes reserved by orders that
// may still be acknowledged. Pure.
//
// Bound: acknowledged bytes never exceed the quota. An order reserves its whole byte limit when it is issued, orders
// are only issued for what is left, ingest refuses what is acknowledged beyond the limit, and the reservation stays
// when the order ends, because its last receipts are still on their way. It is given up
//  - when the order's bytes are acknowledged (they count themselves then), or
//  - kSettleAfter after the order's end, counted while its sender is connected, so that its outbox can reach the
//    tracker, down to the more of what was recorded and what the receiver reported, or
//  - when the quota's span is over and no receipt of the order can count in the next.
// Beyond the quota leads only a sender that holds receipts back longer than kSettleAfter while it is connected, of
// bytes that the receiver did not report: at most what those orders had reserved.
#include <functional>
#include <optional>
#include <unordered_map>

#include "tracker/coordinator/coordinator_events.h"
#include "tracker/policy/grant.h"

namespace waybill::tracker {

inline constexpr DurationMs kSettleAfter = minutes(2);
inline constexpr std::size_t kMaxReservations = 200'000;  // for each agreement; beyond it nothing is left of the quota

// What the books say was acknowledged in a span, and at or after its end.
struct SpanUse {
  ByteCount acked;
  ByteCount acked_next = {};
  std::optional<TimeMs> span_start = {};  // absent: it is the ledger's
};

class QuotaLedger {
 public:
  explicit QuotaLedger(DurationMs settle_after = kSettleAfter) : settle_after_(settle_after) {}
  // Begins a later span: its bytes are those that were counted ahead of it. Earlier or same spans: no change.
  void begin_span(const QuotaSpan& span);
  void restore(const SpanUse& use);
  void restore(const UnsettledOrder& order, TimeMs now);  // left out where nothing of it can count any more

  bool full() const { return reservations_.size() >= kMaxReservations; }
  void reserve(const OrderId& order, const AgentKey& sender, ByteCount byte_limit, TimeMs not_after);
  void release(const OrderId& order);  // an order that was never sent
  void close(const OrderId& order, AckedBytes reported, TimeMs now);
  // No more than this can be acknowledged under the order in all; never raises what it reserves.
  void lower(const OrderId& order, ByteCount most);
  void record(const RecordedBytes& recorded);
  // `connected_since` tells since when a sender is connected, or nothing. Returns whether anything was given up.
  bool settle(const std::function<std::optional<TimeMs>(const AgentKey&)>& connected_since, TimeMs now);

  ByteCount acked() const { return acked_; }
  ByteCount used() const { return acked_ + reserved_; }

 private:
  struct Reservation {
    AgentKey sender;
    std::int64_t byte_limit = 0;
    std::int64_t recorded = 0;
    std::int64_t reported = 0;
    TimeMs not_after{};
    std::optional<TimeMs> closed;
    DurationMs settle_after;  // its end
    bool settled = false;
    std::int64_t open_bytes() const { return byte_limit > recorded ? byte_limit - recorded : 0; }
  };
  void change(Reservation& reservation, std::int64_t byte_limit, std::int64_t recorded);

  DurationMs settle_after_;
  std::unordered_map<OrderId, Reservation> reservations_;
  ByteCount acked_;       // in the span
  ByteCount acked_next_;  // at or after the span's end
  ByteCount reserved_;    // sum of open_bytes()
  std::optional<QuotaSpan> span_;
};

}  // namespace waybill::tracker
