#include "tracker/alerts/store_measure_source.h"

#include <algorithm>

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

std::optional<ContentClass> class_of(const TrafficFilter& filter) {
  if (!filter.traffic_class) return std::nullopt;
  return *filter.traffic_class == "live" ? ContentClass::live : ContentClass::file;
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
    case Measured::bytes_per_second:
      return counters->acked.value * 1000 / std::max<std::int64_t>(1, (until - since).value);
    case Measured::on_net_share:
      return share_on_net(*measure.traffic(), counters->acked, since, until);
  }
  return 0;
}

Result<std::int64_t> StoreMeasureSource::share_on_net(const TrafficFilter& filter, AckedBytes all, TimeMs since,
                                                      TimeMs until) {
  constexpr std::int64_t kWhole = 10'000;  // hundredths of a percent
  if (all.value <= 0) return kWhole;
  auto inside = filter;
  inside.on_net = true;
  const auto counters = count_traffic(inside, since, until);
  if (!counters) return tl::make_unexpected(counters.error());
  __extension__ using Wide = __int128;
  return static_cast<std::int64_t>(static_cast<Wide>(counters->acked.value) * kWhole / all.value);
}

Result<Counters> StoreMeasureSource::count(const Measure& measure, TimeMs since, TimeMs until) {
  if (const auto* name = measure.object()) return count_object(*name, since, until);
  const auto& filter = *measure.traffic();
  return filter.component ? count_component(filter, since, until) : count_traffic(filter, since, until);
}

Result<Counters> StoreMeasureSource::count_object(const std::string& name, TimeMs since, TimeMs until) {
  const auto objects = store_.objects().objects();
  if (!objects) return tl::make_unexpected(objects.error());
  for (const auto& object : **objects) {
    if (object.name != name) continue;
    if (object.until && object.until->start() <= since) return refuse("object " + name + " has ended");
    return store_.objects().total(object.id, quarter_at_or_after(since), quarter_at_or_after(until));
  }
  return refuse("there is no object " + name);
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
  query.content_class = class_of(filter);
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
  query.content_class = class_of(filter);
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
