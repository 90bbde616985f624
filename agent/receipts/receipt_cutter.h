#pragma once
// When a receipt is cut, and what it says. Functions of values.
#include <optional>

#include "agent/receipts/order_account.h"

namespace waybill::receipts {

inline constexpr DurationMs kReceiptInterval = seconds(5);
inline constexpr std::int64_t kReceiptVolume = 64ll << 20;   // acknowledged bytes
inline constexpr DurationMs kAccountingGrain = minutes(15);  // of UTC: no receipt's stretch crosses a boundary of it

enum class CutReason {
  none,
  interval,      // kReceiptInterval since the stretch began
  volume,        // kReceiptVolume acknowledged
  quarter_hour,  // the stretch would cross a boundary of the accounting grain
  ended,         // the order is over, or the agent stops
};

// Which receipt is due at `now`. The boundary is looked at first: call it before an observation made at `now` is added,
// so that bytes are counted in the quarter of an hour in which they were seen.
CutReason due(const OrderAccount& account, TimeMs now, bool ending);

// Adds totals seen at `now`. Totals below the known ones change nothing: they are from before a restart.
void observe(OrderAccount& account, const ServeObservation& seen, TimeMs now);

// The receipt for everything pending, with the account moved past it; nothing when nothing is pending. Billed bytes are
// the rise of the acknowledged total inside.
std::optional<protocol::Receipt> cut(OrderAccount& account, const protocol::Path& path);

// An ended order's account is forgotten this long after the order's end: till then its gate may still be asked.
TimeMs forget_after(const OrderAccount& account);

}  // namespace waybill::receipts
