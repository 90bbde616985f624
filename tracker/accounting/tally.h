#pragma once
// Which accounting objects a recorded receipt counts in: those associated with its ISPs, owner, content and receiver
// (patent FIG. 2A, 206). A pure function of values, gathered over many receipts so that each counter is written once.
#include <unordered_map>
#include <vector>

#include "tracker/store/accounts.h"
#include "tracker/store/evidence.h"

namespace waybill::tracker {

// One for each kind, from the widest to the narrowest.
std::vector<AccountObject> objects_of(const OrderFacts& order);

class Tally {
 public:
  // All of the receipt's bytes count in the quarter that holds its end.
  void add(const OrderFacts& order, TimeMs end, AckedBytes acked, SentBytes sent);
  std::vector<AccountChange> changes() const;  // by object, then quarter

 private:
  // By order first: its receipts share their objects, and many of them come together.
  struct OrderSums {
    std::vector<AccountObject> objects;
    std::vector<std::pair<Quarter, Counters>> quarters;
  };
  std::unordered_map<OrderId, OrderSums> orders_;
};

}  // namespace waybill::tracker
