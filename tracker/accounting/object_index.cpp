#include "tracker/accounting/object_index.h"

#include <algorithm>
#include <set>

namespace waybill::tracker {

std::string member_of(const AgentKey& client) { return "client:" + client.hex(); }
std::string member_of(AgreementId agreement) { return "agreement:" + std::to_string(agreement.value); }

Result<std::shared_ptr<const ObjectIndex>> ObjectIndex::build(std::shared_ptr<const MeasuringObjects> objects) {
  auto index = std::make_shared<ObjectIndex>();
  index->objects_ = std::move(objects);
  for (std::size_t place = 0; place < index->objects_->size(); ++place) {
    const auto& object = (*index->objects_)[place];
    if (object.filter.hours && index->clocks_.count(object.timezone) == 0) {
      auto clock = LocalClock::of(object.timezone);
      if (!clock) return tl::make_unexpected(clock.error());
      index->clocks_.emplace(object.timezone, *clock);
    }
    for (const auto& entity : object.entities) index->add(place, entity);
  }
  return std::shared_ptr<const ObjectIndex>(std::move(index));
}

void ObjectIndex::add(std::size_t place, const ObjectEntity& entity) {
  switch (entity.kind) {
    case EntityKind::component:
      components_[entity.key].push_back(place);
      return;
    case EntityKind::client:
      clients_[entity.client].push_back(place);
      return;
    case EntityKind::isp_pair:
      isp_pairs_[std::minmax(entity.isp, entity.other)].push_back(place);
      return;
    case EntityKind::agreements_of:
      agreements_of_[entity.isp].push_back(place);
      return;
    case EntityKind::clients_of:
      clients_of_[entity.isp].push_back(place);
      return;
  }
}

std::vector<ObjectIndex::Touched> ObjectIndex::touched(const OrderFacts& order, const ResolvedPath& path) const {
  std::map<std::size_t, std::set<std::string>> found;
  const auto note = [&found](const auto& entities, const auto& entity, const auto& name_member) {
    const auto at = entities.find(entity);
    if (at == entities.end()) return;
    const std::string member = name_member();
    for (const auto place : at->second) found[place].insert(member);
  };
  for (const auto& component : path.components) {
    const auto key = [&] { return component.key; };
    note(components_, component.key, key);
    if (component.kind == ComponentKind::inter_isp_link) {
      note(isp_pairs_, std::pair<IspId, IspId>(std::minmax(component.isp, component.into)), key);
    }
  }
  const auto client = [&](const AgentKey& key, IspId isp) {
    const auto name = [&] { return member_of(key); };
    note(clients_, key, name);
    if (isp) note(clients_of_, isp, name);
  };
  client(order.receiver, order.destination_isp);
  client(order.sender, order.cdn_node ? IspId{} : order.source_isp);
  if (order.agreement) note(agreements_of_, order.source_isp, [&] { return member_of(order.agreement); });
  std::vector<Touched> all;
  for (auto& [place, members] : found) all.push_back({&(*objects_)[place], {members.begin(), members.end()}});
  return all;
}

bool ObjectIndex::passes(const MeasuringObject& object, const OrderFacts& order, Quarter quarter) const {
  const auto& filter = object.filter;
  if (filter.owner && *filter.owner != order.owner) return false;
  if (filter.content && *filter.content != order.content) return false;
  if (filter.content_class && *filter.content_class != order.content_class) return false;
  if (filter.on_net && *filter.on_net != order.on_net) return false;
  if (!filter.hours) return true;
  auto clock = clocks_.at(object.timezone);  // a copy: it remembers the last offset, and this index is shared
  return DayHours{filter.hours->from_minute, filter.hours->to_minute}.contains(clock.minute_of_day(quarter.start()));
}

Result<std::shared_ptr<const ObjectIndex>> ObjectIndexCache::current(Store& store) {
  auto objects = store.objects().objects();
  if (!objects) return tl::make_unexpected(objects.error());
  if (!index_ || index_->objects() != *objects) {
    auto built = ObjectIndex::build(*objects);
    if (!built) return built;
    index_ = *built;
  }
  return index_;
}

void ObjectTally::add(const OrderFacts& order, std::int64_t path, Quarter quarter, const Counters& counters) {
  auto& sums = orders_[order.id];
  if (sums.paths.empty()) sums.facts = order;
  sums.paths[path][quarter] += counters;
}

void ObjectTally::count(const ObjectIndex& index, const ObjectIndex::Touched& touched, const OrderFacts& order,
                        const Quarters& quarters, Sums& sums) {
  const auto& object = *touched.object;
  for (const auto& [quarter, added] : quarters) {
    if (!object.counts(quarter)) continue;
    for (const auto& member : touched.members) {
      auto& [first, last] = sums.members.try_emplace({object.id, member}, quarter, quarter).first->second;
      first = std::min(first, quarter);
      last = std::max(last, quarter);
    }
    if (!index.passes(object, order, quarter)) continue;
    sums.counters[{object.id, {}, quarter}] += added;
    if (object.detail == ObjectDetail::counters) continue;
    for (const auto& member : touched.members) sums.counters[{object.id, member, quarter}] += added;
  }
}

ObjectChanges ObjectTally::taken(Sums sums) {
  ObjectChanges changes;
  for (const auto& [key, seen] : sums.members) {
    changes.members.push_back({key.first, key.second, seen.first, seen.second});
  }
  for (const auto& [key, added] : sums.counters) {
    changes.counters.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), added});
  }
  return changes;
}

}  // namespace waybill::tracker
