#include "tracker/alerts/store_measure_source.h"

namespace waybill::tracker {

namespace {

Result<std::optional<IspId>> isp_of(Registry& registry, const std::optional<std::string>& name) {
  if (!name) return std::nullopt;
  if (*name == "unknown") return IspId{};
  auto isp = registry.find_isp(*name);
  if (!isp) return pass_on(isp);
  return isp->id;
}

// The ids were checked when the measure was made.
template <typename Id>
std::optional<Id> id_of(const std::optional<std::string>& hex) {
  return hex ? std::optional(*Id::from_hex(*hex)) : std::nullopt;
}

}  // namespace

Result<std::int64_t> StoreMeasureSource::value(const Measure& measure, TimeMs since, TimeMs until) {
  const auto counters = count(measure, since, until);
  if (!counters) return tl::make_unexpected(counters.error());
  switch (measure.measured()) {
    case Measured::acknowledged_bytes:
      return counters->acked.value;
    case Measured::unacknowledged_bytes:
      return counters->unacknowledged().value;
    case Measured::receipts:
      return counters->receipts;
  }
  return 0;
}

Result<Counters> StoreMeasureSource::count(const Measure& measure, TimeMs since, TimeMs until) {
  if (const auto* name = measure.object()) {
    if (!objects_) return refuse("this tracker's alerts cannot read accounting objects by name: measure the traffic");
    return objects_(*name, since, until);
  }
  const auto& filter = *measure.traffic();
  // The accounts divide by ISPs, owners, contents and clients; content is not classed there.
  if (filter.traffic_class) return refuse("the accounts are not kept by class: measure by owner or content");
  return filter.component ? count_component(filter, since, until) : count_traffic(filter, since, until);
}

Result<Counters> StoreMeasureSource::count_traffic(const TrafficFilter& filter, TimeMs since, TimeMs until) {
  AccountQuery query;
  const auto from = isp_of(store_.registry(), filter.from);
  if (!from) return tl::make_unexpected(from.error());
  const auto to = isp_of(store_.registry(), filter.to);
  if (!to) return tl::make_unexpected(to.error());
  query.from = *from;
  query.to = *to;
  query.on_net = filter.on_net;
  query.owner = filter.owner;
  query.content = id_of<ContentId>(filter.content);
  query.client = id_of<AgentKey>(filter.client);
  query.since = since;
  query.until = until;
  const auto rows = store_.accounts().query(query);
  if (!rows) return tl::make_unexpected(rows.error());
  Counters total;
  for (const auto& row : *rows) total += row.counters;
  return total;
}

Result<Counters> StoreMeasureSource::count_component(const TrafficFilter& filter, TimeMs since, TimeMs until) {
  ComponentQuery query;
  query.key = filter.component;
  query.owner = filter.owner;
  query.content = id_of<ContentId>(filter.content);
  query.since = since;
  query.until = until;
  const auto sums = store_.accounts().component_sums(query);
  if (!sums) return tl::make_unexpected(sums.error());
  Counters total;
  for (const auto& sum : *sums) total += sum.counters;
  return total;
}

}  // namespace waybill::tracker
