#include "agent/receipts/receipt_cutter.h"

#include <algorithm>

#include "common/protocol/limits.h"

namespace waybill::receipts {

namespace {

std::int64_t grain_of(TimeMs time) { return time.value / kAccountingGrain.value; }

}  // namespace

CutReason due(const OrderAccount& account, TimeMs now, bool ending) {
  if (!account.pending()) return CutReason::none;
  if (grain_of(account.stretch_start) != grain_of(now)) return CutReason::quarter_hour;
  if (ending || account.ended) return CutReason::ended;
  if (account.acked.value - account.receipted_acked.value >= kReceiptVolume) return CutReason::volume;
  if (now - account.stretch_start >= kReceiptInterval) return CutReason::interval;
  return CutReason::none;
}

void observe(OrderAccount& account, const ServeObservation& seen, TimeMs now) {
  const bool rose = seen.sent > account.sent || seen.acked > account.acked;
  if (!rose) return;
  if (account.stretch_start.value == 0) {
    // The first block of a stretch came before it was told; but never from before the receipt that ended the last
    // stretch, nor from another quarter of an hour.
    auto start = seen.first_block.value != 0 ? std::min(seen.first_block, now) : now;
    if (account.receipted_until.value != 0) start = std::max(start, account.receipted_until);
    const TimeMs boundary{grain_of(now) * kAccountingGrain.value};
    account.stretch_start = std::min(std::max(start, boundary), now);
  }
  account.sent = std::max(account.sent, seen.sent);
  if (seen.acked > account.acked) {
    account.acked = seen.acked;
    account.acknowledgement = seen.acknowledgement;
    // What was acknowledged was sent: after a crash the receiver's word may be ahead of our own books.
    account.sent = std::max(account.sent, SentBytes{account.acked.value});
  }
  account.max_rate = std::max(account.max_rate, seen.rate);
  account.last_observed = std::max(now, account.stretch_start);
}

std::optional<protocol::Receipt> cut(OrderAccount& account, const protocol::Path& path) {
  if (!account.pending() || account.next_sequence > protocol::kMaxReceiptSequence) return std::nullopt;
  protocol::Receipt receipt;
  receipt.id = {account.order.order.id, account.next_sequence};
  receipt.sent = account.sent - account.receipted_sent;
  receipt.sent_total = account.sent;
  receipt.start = account.stretch_start;
  receipt.end = account.last_observed;
  // A stretch shorter than a second counts as one: a rate is over one second at least.
  const auto duration = std::max<std::int64_t>((receipt.end - receipt.start).value, 1000);
  receipt.average_rate = {receipt.sent.value * 1000 / duration};
  receipt.max_rate = std::max(account.max_rate, receipt.average_rate);
  receipt.path = path;
  receipt.acknowledgement = account.acknowledgement;

  account.receipted_sent = account.sent;
  account.receipted_acked = account.acked;
  account.next_sequence += 1;
  account.receipted_until = receipt.end;
  account.stretch_start = {};
  account.max_rate = {};
  return receipt;
}

TimeMs forget_after(const OrderAccount& account) { return account.order.order.not_after + protocol::kClockTolerance; }

}  // namespace waybill::receipts
