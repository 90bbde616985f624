#include "tracker/accounting/tally.h"

#include <algorithm>
#include <map>

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
  object.content_class = order.content_class;
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
  auto& sums = orders_[order.id];
  if (sums.objects.empty()) sums.objects = objects_of(order);
  const auto quarter = quarter_of(end);
  auto& quarters = sums.quarters;
  auto at = std::find_if(quarters.rbegin(), quarters.rend(), [&](const auto& known) { return known.first == quarter; });
  if (at == quarters.rend()) {
    quarters.emplace_back(quarter, Counters{});
    at = quarters.rbegin();
  }
  at->second += Counters{acked, sent, 1};
}

std::vector<AccountChange> Tally::changes() const {
  std::map<std::pair<AccountObject, Quarter>, Counters> sums;
  for (const auto& [id, order] : orders_) {
    for (const auto& object : order.objects) {
      for (const auto& [quarter, counters] : order.quarters) sums[{object, quarter}] += counters;
    }
  }
  std::vector<AccountChange> all;
  all.reserve(sums.size());
  for (const auto& [key, counters] : sums) all.push_back({key.first, key.second, counters});
  return all;
}

}  // namespace waybill::tracker
