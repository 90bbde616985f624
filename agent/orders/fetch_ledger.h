#pragma once
// The receiver's ledger of one content: which order delivered which block first, what of it passed its hash check, and
// what has been signed for. Pure state, like the order book.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "agent/orders/block_gate.h"
#include "common/protocol/acknowledgement.h"
#include "common/protocol/order.h"
#include "common/types/ids.h"
#include "common/types/units.h"

namespace waybill::orders {

inline constexpr std::size_t kMaxFetchOrders = 4096;  // of one content, in one life; more are refused

// The receiver signs early, so that neither the requests on their way nor the pieces being checked fill the window.
inline constexpr std::int64_t kSignEarly = 4;

// How long a last acknowledgement may be on its way: it may come behind seconds of what its receiver sends itself, and
// be lost a few times on an uplink that is full.
inline constexpr DurationMs kLastWord = seconds(15);

// One order under which this agent receives.
struct FetchOrder {
  protocol::SignedOrder signed_order;
  ByteCount arrived;    // payload booked under it in this life, whether or not it passed
  AckedBytes verified;  // hash-checked, earlier lives included as far as the sender reminded us
  std::int64_t verified_pieces = 0;
  AckedBytes acknowledged;       // of `verified`, signed for
  AckedBytes confirmed;          // of `acknowledged`, what the sender has shown to hold our signature for
  std::int64_t sequence = 0;     // of the last one signed
  ByteString last_word;          // that one's envelope
  DurationMs acknowledged_at{};  // on the monotonic clock
  bool ended = false;            // books no further block but those under way; what it delivered may still pass

  const protocol::ServeOrder& order() const { return signed_order.order; }
  const OrderId& id() const { return signed_order.order.id; }
};

class FetchLedger {
 public:
  explicit FetchLedger(ContentGeometry geometry);

  // Null when there are too many. An order that is there already is found again.
  FetchOrder* add(protocol::SignedOrder order);
  FetchOrder* find(const OrderId& order);
  const std::vector<std::unique_ptr<FetchOrder>>& orders() const { return orders_; }

  // The order that the sender charges a block to which is asked for now: its first live one that covers the block and
  // has bytes left. Null: none.
  FetchOrder* charged(const AgentKey& sender, const Block& block, TimeMs now) const;
  // A block that was asked for has come from `sender`. Books it under the order that it was charged to when it was
  // asked for or, where that has no room, as if it were asked for now or, where the last of them has ended, under that
  // one; and remembers who brought it, unless another was first. Null: it counts for nobody.
  FetchOrder* arrived(const AgentKey& sender, const Block& block, TimeMs now, FetchOrder* asked_under = nullptr);
  // The piece passed its hash check: its blocks count as verified for those who brought them. Who they were.
  std::vector<FetchOrder*> passed(std::int64_t piece);
  // The piece failed. Who brought its blocks; these may come again, from anybody.
  std::vector<FetchOrder*> failed(std::int64_t piece);

  // The sender shows that it holds our last word on an order.
  static void confirm(FetchOrder& order) { order.confirmed = order.acknowledged; }
  // The sender holds an acknowledgement of ours that we have forgotten (signature checked by the caller).
  void remind(FetchOrder& order, const protocol::Acknowledgement& signed_before);
  // Is it time to sign? At most every kAckInterval, or as soon as a quarter of the window is unsigned.
  static bool acknowledgement_due(const FetchOrder& order, DurationMs monotonic);
  // The next acknowledgement, booked as signed. `time` is the wall clock's.
  static protocol::Acknowledgement acknowledge(FetchOrder& order, TimeMs time, DurationMs monotonic);

  // Orders of this sender, over or not, of which it has not shown our latest word: it is to be said again when the
  // connection breaks that it was said on, and there is another.
  std::vector<FetchOrder*> unheard(const AgentKey& sender) const;
  // Whether something that this sender brought still waits for its piece to pass, for our signature or, for kLastWord
  // at most, for the sender's word that it has come.
  bool owes(const AgentKey& sender, DurationMs monotonic) const;

  std::size_t open_pieces() const { return pieces_.size(); }  // in part, for tests of the bound

 private:
  struct BlockOrigin {
    FetchOrder* order = nullptr;  // null: nobody
    bool stale = false;           // of a piece that failed: whoever brings it again takes its place
  };
  bool fits(const FetchOrder& order, const AgentKey& sender, const Block& block, TimeMs now) const;
  std::vector<FetchOrder*> contributors(const std::vector<BlockOrigin>& blocks) const;

  const ContentGeometry geometry_;
  std::vector<std::unique_ptr<FetchOrder>> orders_;
  // Pieces in part only: the entry goes when the piece passes.
  std::unordered_map<std::int64_t, std::vector<BlockOrigin>> pieces_;
  std::vector<bool> passed_;  // a late copy of a block of these counts for nobody
};

}  // namespace waybill::orders
