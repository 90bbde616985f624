#include "tracker/accounting/tally.h"

namespace waybill::tracker {

std::vector<AccountObject> objects_of(const OrderFacts& order) {
  AccountObject object;
  object.kind = AccountKind::isp_pair;
  object.agreement = order.agreement;
  object.from = order.source_isp;
  object.to = order.destination_isp;
  object.cdn_node = order.cdn_node;
  std::vector<AccountObject> objects{object};
  object.kind = AccountKind::owner;
  object.owner = order.owner;
  objects.push_back(object);
  object.kind = AccountKind::content;
  object.content = order.content;
  objects.push_back(object);
  object.kind = AccountKind::client;
  object.client = order.receiver;
  objects.push_back(object);
  return objects;
}

void Tally::add(const OrderFacts& order, TimeMs end, AckedBytes acked, SentBytes sent) {
  const auto quarter = quarter_of(end);
  for (auto& object : objects_of(order)) {
    sums_[std::pair(std::move(object), quarter)] += Counters{acked, sent, 1};
  }
}

std::vector<AccountChange> Tally::changes() const {
  std::vector<AccountChange> all;
  all.reserve(sums_.size());
  for (const auto& [key, counters] : sums_) all.push_back({key.first, key.second, counters});
  return all;
}

}  // namespace waybill::tracker
