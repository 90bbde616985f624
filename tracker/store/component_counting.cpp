#include <array>

#include "tracker/store/sql_component_counters_detail.h"

namespace waybill::tracker {

namespace {

constexpr std::int64_t kUnknown = 0;  // ids begin at 1
constexpr std::array kLongerSpans{SpanGrain::day, SpanGrain::month};

}  // namespace

std::map<std::int64_t, SqlComponentCounters::Places> SqlComponentCounters::places_of(
    const std::vector<PathLoad>& loads) {
  std::map<std::int64_t, Places> places;
  std::vector<std::int64_t> unknown;
  for (const auto& load : loads) {
    const auto [at, fresh] = places.try_emplace(load.path);
    if (!fresh) continue;
    if (const auto* known = places_.find(load.path)) {
      at->second = *known;
    } else {
      unknown.push_back(load.path);
    }
  }
  if (unknown.empty()) return places;
  std::vector<std::vector<Place>> read(unknown.size());
  auto rows = connection_.find_many("SELECT component_id, isp, into_isp FROM path_components WHERE path_id = ?");
  for (const auto path : unknown) rows.add(path);
  while (rows.step()) read[rows.index()].push_back({rows.integer(0), rows.row_id<IspId>(1), rows.row_id<IspId>(2)});
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    auto shared = std::make_shared<const std::vector<Place>>(std::move(read[i]));
    places_.put(unknown[i], shared);
    places[unknown[i]] = std::move(shared);
  }
  return places;
}

void SqlComponentCounters::find_objects(std::map<Object, std::int64_t>& objects) {
  auto rows = connection_.find_many(
      "SELECT id FROM component_objects WHERE owner = ? AND class = ? AND component_id = ? AND isp = ? AND "
      "into_isp = ?");
  std::vector<std::int64_t*> asked;
  for (auto& [object, id] : objects) {
    if (id != kUnknown) continue;
    const auto& [owner, content_class, place] = object;
    rows.add(owner, content_class, place.component, place.isp, place.into);
    asked.push_back(&id);
  }
  while (rows.step()) *asked[rows.index()] = rows.integer(0);
}

// Those without a row, in the order of their keys, so that two trackers that add the same ones never wait for each
// other.
void SqlComponentCounters::add_objects(const std::map<Object, std::int64_t>& objects) {
  auto inserts = connection_.insert_many(
      "INSERT INTO component_objects(owner, class, component_id, isp, into_isp) VALUES(?, ?, ?, ?, ?) "
      "ON CONFLICT DO NOTHING");
  for (const auto& [object, id] : objects) {
    if (id != kUnknown) continue;
    const auto& [owner, content_class, place] = object;
    inserts.add(owner, content_class, place.component, place.isp, place.into);
  }
  inserts.run();
}

std::map<SqlComponentCounters::Object, std::int64_t> SqlComponentCounters::object_rows(const Loads& loads) {
  // The owner comes last: the other lengths are fixed.
  const auto cache_key = [](const Object& object) {
    const auto& [owner, content_class, place] = object;
    const std::array<std::int64_t, 4> numbers{content_class, place.component, place.isp.value, place.into.value};
    return ByteString(reinterpret_cast<const char*>(numbers.data()), sizeof numbers).append(owner);
  };
  std::map<Object, std::int64_t> rows, unknown;
  for (const auto& [object, spans] : loads) {
    const auto* known = objects_.find(cache_key(object));
    (known ? rows : unknown).emplace_hint((known ? rows : unknown).end(), object, known ? *known : kUnknown);
  }
  if (unknown.empty()) return rows;
  find_objects(unknown);
  add_objects(unknown);
  find_objects(unknown);
  for (const auto& [object, id] : unknown) objects_.put(cache_key(object), id);
  rows.merge(unknown);
  return rows;
}

void SqlComponentCounters::add(const std::vector<PathLoad>& loads) {
  if (rollbacks_ != connection_.rollbacks()) {
    places_.clear();
    objects_.clear();
    rollbacks_ = connection_.rollbacks();
  }
  const auto places = places_of(loads);
  // By path first: its components share all of its loads.
  std::map<std::tuple<std::int64_t, std::string, int>, std::map<std::int64_t, Counters>> by_path;
  for (const auto& load : loads) {
    by_path[{load.path, load.owner, static_cast<int>(load.content_class)}][load.five_minutes] += load.added;
  }
  Loads sums;
  for (const auto& [key, spans] : by_path) {
    const auto& [path, owner, content_class] = key;
    for (const auto& place : *places.at(path)) {
      auto& all = sums[{{}, 0, place}];
      auto& part = sums[{owner, content_class, place}];
      for (const auto& [five_minutes, added] : spans) {
        all[five_minutes] += added;
        part[five_minutes] += added;
      }
    }
  }
  const auto rows = object_rows(sums);
  // Each counter once, in the order of the keys, so that two trackers never wait for each other.
  std::map<std::pair<std::int64_t, Span>, Counters> counters;
  for (const auto& [object, spans] : sums) {
    const auto row = rows.at(object);
    for (const auto& [five_minutes, added] : spans) {
      const Span span{SpanGrain::five_minutes, five_minutes};
      counters[{row, span}] += added;
      for (const auto grain : kLongerSpans) counters[{row, span_of(grain, span.start())}] += added;
    }
  }
  auto upserts = connection_.insert_many(
      "INSERT INTO component_counters(object_id, grain, number, acked, sent, receipts) VALUES(?, ?, ?, ?, ?, ?) "
      "ON CONFLICT(object_id, grain, number) DO UPDATE SET acked = component_counters.acked + excluded.acked, "
      "sent = component_counters.sent + excluded.sent, receipts = component_counters.receipts + excluded.receipts");
  for (const auto& [key, added] : counters) {
    if (added == Counters{}) continue;  // a component that is on both paths of a receipt that moves
    upserts.add(key.first, static_cast<int>(key.second.grain), key.second.number, added.acked, added.sent,
                added.receipts);
  }
  upserts.run();
}

void SqlComponentCounters::add_uplinks(const std::vector<UplinkCounter>& added) {
  using Key = std::tuple<IspId, std::int64_t, AgreementId, bool, std::string, int>;
  std::map<Key, Counters> sums;
  for (const auto& uplink : added) {
    const auto five_minutes = span_of(SpanGrain::five_minutes, uplink.start).number;
    sums[{uplink.isp, five_minutes, uplink.agreement, uplink.on_net, uplink.owner,
          static_cast<int>(uplink.content_class)}] += uplink.counters;
  }
  auto upserts = connection_.insert_many(
      "INSERT INTO uplink_counters(source_isp, five_minutes, agreement, on_net, owner, class, acked, sent, receipts) "
      "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(source_isp, five_minutes, agreement, on_net, owner, class) "
      "DO UPDATE SET acked = uplink_counters.acked + excluded.acked, sent = uplink_counters.sent + excluded.sent, "
      "receipts = uplink_counters.receipts + excluded.receipts");
  for (const auto& [key, counters] : sums) {
    const auto& [isp, five_minutes, agreement, on_net, owner, content_class] = key;
    upserts.add(isp, five_minutes, agreement, on_net, owner, content_class, counters.acked, counters.sent,
                counters.receipts);
  }
  upserts.run();
}

}  // namespace waybill::tracker
