#include "tracker/coordinator/quota_ledger.h"

#include <algorithm>

#include "common/protocol/limits.h"

namespace waybill::tracker {

void QuotaLedger::change(Reservation& reservation, std::int64_t byte_limit, std::int64_t recorded) {
  reserved_.value -= reservation.open_bytes();
  reservation.byte_limit = byte_limit;
  reservation.recorded = recorded;
  reserved_.value += reservation.open_bytes();
}

void QuotaLedger::begin_span(const QuotaSpan& span) {
  if (span_ && span.start <= span_->start) return;
  if (span_) {
    acked_ = acked_next_;
    acked_next_ = {};
  }
  span_ = span;
  std::erase_if(reservations_, [&](const auto& item) {
    const bool over = item.second.not_after + protocol::kClockTolerance < span.start;
    if (over) reserved_.value -= item.second.open_bytes();
    return over;
  });
}

void QuotaLedger::restore(const SpanUse& use) {
  const bool over = span_ && use.span_start && *use.span_start < span_->start;  // it ended since the books were read
  acked_ = over ? use.acked_next : use.acked;
  acked_next_ = over ? ByteCount{} : use.acked_next;
}

void QuotaLedger::restore(const UnsettledOrder& order, TimeMs now) {
  if (span_ && order.not_after + protocol::kClockTolerance < span_->start) return;
  reserve(order.order, order.sender, order.byte_limit, order.not_after);
  auto& reservation = reservations_.at(order.order);
  change(reservation, reservation.byte_limit, order.acked.value);
  reservation.closed = now;                 // this run of the tracker does not stand by it
  reservation.settle_after = kSettleAfter;  // nor has its receiver told this run how far it came
}

void QuotaLedger::reserve(const OrderId& order, const AgentKey& sender, ByteCount byte_limit, TimeMs not_after) {
  auto& reservation = reservations_[order];
  reservation.sender = sender;
  reservation.not_after = not_after;
  reservation.settle_after = settle_after_;
  change(reservation, byte_limit.value, reservation.recorded);
}

void QuotaLedger::release(const OrderId& order) {
  const auto found = reservations_.find(order);
  if (found == reservations_.end()) return;
  reserved_.value -= found->second.open_bytes();
  reservations_.erase(found);
}

void QuotaLedger::close(const OrderId& order, AckedBytes reported, TimeMs now) {
  const auto found = reservations_.find(order);
  if (found == reservations_.end()) return;
  found->second.closed = now;
  found->second.reported = std::min(reported.value, found->second.byte_limit);
}

void QuotaLedger::lower(const OrderId& order, ByteCount most) {
  const auto found = reservations_.find(order);
  if (found == reservations_.end()) return;
  change(found->second, std::min(found->second.byte_limit, most.value), found->second.recorded);
}

void QuotaLedger::record(const RecordedBytes& recorded) {
  const auto found = reservations_.find(recorded.order);
  if (found != reservations_.end()) {
    change(found->second, found->second.byte_limit, std::max(found->second.recorded, recorded.total.value));
    if (found->second.settled && found->second.open_bytes() == 0) reservations_.erase(found);
  }
  if (span_ && recorded.at < span_->start) return;  // counts in a span that is over
  auto& sum = span_ && recorded.at >= span_->end ? acked_next_ : acked_;
  sum.value += recorded.added.value;
}

bool QuotaLedger::settle(const std::function<std::optional<TimeMs>(const AgentKey&)>& connected_since, TimeMs now) {
  bool changed = false;
  for (auto item = reservations_.begin(); item != reservations_.end();) {
    auto& reservation = item->second;
    const auto since = reservation.closed && !reservation.settled ? connected_since(reservation.sender) : std::nullopt;
    if (!since || now - std::max(*since, *reservation.closed) < reservation.settle_after) {
      ++item;
      continue;
    }
    changed = true;
    change(reservation, std::max(reservation.recorded, reservation.reported), reservation.recorded);
    reservation.settled = true;
    item = reservation.open_bytes() == 0 ? reservations_.erase(item) : std::next(item);
  }
  return changed;
}

}  // namespace waybill::tracker
