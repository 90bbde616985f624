// Questions about what network components and uplinks carried, answered from counters.
#include <algorithm>
#include <limits>

#include "tracker/store/sql_accounts_detail.h"
#include "tracker/store/sql_filter_detail.h"

namespace waybill::tracker {

namespace {

constexpr DurationMs kFiveMinuteSpan = minutes(5);

// What the counters answer of a question, and what only its receipts do.
struct Sources {
  bool counters = false;
  std::optional<TimeMs> since = {};  // of the counters, on edges of five minutes
  std::optional<TimeMs> until = {};
  std::vector<ComponentQuery> receipts = {};
};

// The counters know owners and classes, not single contents, and whole five minutes.
Sources sources_of(const ComponentQuery& query) {
  if (query.content) return {false, {}, {}, {query}};
  Sources sources;
  sources.counters = true;
  if (query.since) sources.since = span_at_or_after(SpanGrain::five_minutes, *query.since).start();
  if (query.until) sources.until = span_of(SpanGrain::five_minutes, *query.until).start();
  if (sources.since && sources.until && *sources.since > *sources.until) return {false, {}, {}, {query}};
  auto edge = query;
  if (sources.since && *query.since < *sources.since) {
    edge.until = sources.since;
    sources.receipts.push_back(edge);
  }
  if (sources.until && *sources.until < *query.until) {
    edge.since = sources.until;
    edge.until = query.until;
    sources.receipts.push_back(edge);
  }
  return sources;
}

const std::string kAllOwners;

SqlFilter filter_of(const ComponentQuery& query) {
  SqlFilter filter;
  if (query.owner || query.content_class) {
    filter.add_if("b.owner = ?", query.owner);
    filter.add_number(query.content_class ? "b.class = ?" : "b.class > ?",
                      query.content_class ? static_cast<int>(*query.content_class) : 0);
  } else {
    filter.add("b.owner = ?", kAllOwners);
    filter.add_number("b.class = ?", 0);
  }
  filter.add_if("b.component_id IN (SELECT id FROM network_components WHERE key = ?)", query.key);
  if (query.kind) {
    filter.add_number("b.component_id IN (SELECT id FROM network_components WHERE kind = ?)",
                      static_cast<int>(*query.kind));
  }
  filter.add_if("b.isp = ?", query.isp);
  filter.add_if("b.into_isp = ?", query.into);
  return filter;
}

std::string counter_tables(const SqlFilter& filter) {
  return " FROM component_objects b CROSS JOIN component_counters c" + filter.where() +
         " AND c.object_id = b.id AND c.grain = ? AND c.number >= ? AND c.number < ?";
}

UplinkCounter read_uplink(const SqlRow& row) {
  return {row.row_id<IspId>(0),
          Span{SpanGrain::five_minutes, row.integer(1)}.start(),
          row.row_id<AgreementId>(2),
          row.flag(3),
          row.text(4),
          static_cast<ContentClass>(row.integer(5)),
          {{row.integer(6)}, {row.integer(7)}, row.integer(8)}};
}

constexpr char kUplinkColumns[] =
    "SELECT source_isp, five_minutes, agreement, on_net, owner, class, acked, sent, receipts FROM uplink_counters";

}  // namespace

// Those that carried anything, with what their latest paths show of them.
std::vector<ComponentSum> SqlAccounts::described(const std::map<std::int64_t, Counters>& sums) {
  std::vector<ComponentSum> all;
  auto rows = connection_.find_many(
      "SELECT n.key, n.kind, l.label, l.isp, l.into_isp FROM network_components n JOIN path_components l ON "
      "l.component_id = n.id WHERE n.id = ? ORDER BY l.path_id DESC, l.position LIMIT 1");
  std::vector<const Counters*> asked;
  for (const auto& [component, counters] : sums) {
    if (counters.receipts == 0) continue;  // all of it was resolved again to others
    rows.add(component);
    asked.push_back(&counters);
  }
  while (rows.step()) {
    all.push_back({rows.text(0), static_cast<ComponentKind>(rows.integer(1)), rows.text(2), rows.row_id<IspId>(3),
                   rows.row_id<IspId>(4), *asked[rows.index()]});
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  return all;
}

Result<std::vector<ComponentSum>> SqlAccounts::component_sums(const ComponentQuery& query) {
  const auto sources = sources_of(query);
  const auto filter = filter_of(query);
  const auto sql = "SELECT b.component_id, sum(c.acked), sum(c.sent), sum(c.receipts)" + counter_tables(filter) +
                   " GROUP BY b.component_id";
  return connection_.read([&]() -> Result<std::vector<ComponentSum>> {
    std::map<std::int64_t, Counters> sums;
    for (const auto& part : sources.receipts) sum_receipts(part, sums);
    if (sources.counters) {
      for (const auto& range : cover(sources.since, sources.until, SpanGrain::five_minutes)) {
        auto rows = connection_.query(sql);
        filter.bind_to(rows);
        rows.bind(static_cast<int>(range.grain), range.first, range.until);
        while (rows.step()) sums[rows.integer(0)] += {{rows.integer(1)}, {rows.integer(2)}, rows.integer(3)};
      }
    }
    return described(sums);
  });
}

Result<std::vector<ComponentBucket>> SqlAccounts::component_series(const ComponentQuery& query, DurationMs grain,
                                                                   std::int64_t limit) {
  WAYBILL_ASSERT(grain.value > 0, "a series has a grain");
  const auto sources = grain.value % kFiveMinuteSpan.value == 0 ? sources_of(query) : Sources{false, {}, {}, {query}};
  const auto filter = filter_of(query);
  const auto most = limit > 0 ? limit : std::numeric_limits<std::int64_t>::max();
  const auto sql =
      "SELECT n.key, s.bucket, s.acked, s.sent, s.receipts FROM (SELECT b.component_id AS component, c.number / " +
      std::to_string(grain.value / kFiveMinuteSpan.value) +
      " AS bucket, sum(c.acked) AS acked, sum(c.sent) AS sent, sum(c.receipts) AS receipts" + counter_tables(filter) +
      " AND c.receipts > 0 GROUP BY 1, 2) s JOIN network_components n ON n.id = s.component ORDER BY n.key, s.bucket "
      "LIMIT ?";
  return connection_.read([&]() -> Result<std::vector<ComponentBucket>> {
    ComponentSeries series;
    for (const auto& part : sources.receipts) sum_receipts_by(part, grain, series);
    if (sources.counters) {
      constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max();
      auto rows = connection_.query(sql);
      filter.bind_to(rows);
      rows.bind(static_cast<int>(SpanGrain::five_minutes),
                sources.since ? span_of(SpanGrain::five_minutes, *sources.since).number : 0,
                sources.until ? span_of(SpanGrain::five_minutes, *sources.until).number : kFar, most);
      while (rows.step()) {
        series[{rows.text(0), rows.integer(1)}] += {{rows.integer(2)}, {rows.integer(3)}, rows.integer(4)};
      }
    }
    std::vector<ComponentBucket> all;
    for (const auto& [key, counters] : series) {
      if (static_cast<std::int64_t>(all.size()) == most) break;
      all.push_back({key.first, {key.second * grain.value}, counters});
    }
    return all;
  });
}

Status SqlAccounts::each_component_counter(const std::function<Status(const ComponentCounter&)>& visit) {
  return connection_.read([&]() -> Status {
    auto rows = connection_.stream(
        "SELECT n.key, b.isp, b.into_isp, b.owner, b.class, c.grain, c.number, c.acked, c.sent, c.receipts FROM "
        "component_counters c JOIN component_objects b ON b.id = c.object_id JOIN network_components n ON "
        "n.id = b.component_id WHERE c.acked <> 0 OR c.sent <> 0 OR c.receipts <> 0 ORDER BY b.id, c.grain, c.number");
    while (rows.step()) {
      ComponentCounter counter{rows.text(0), rows.row_id<IspId>(1), rows.row_id<IspId>(2), rows.text(3), {}, {}, {}};
      if (rows.integer(4) != 0) counter.content_class = static_cast<ContentClass>(rows.integer(4));
      counter.span = {static_cast<SpanGrain>(rows.integer(5)), rows.integer(6)};
      counter.counters = {{rows.integer(7)}, {rows.integer(8)}, rows.integer(9)};
      if (auto status = visit(counter); !status) return status;
    }
    return {};
  });
}

Result<std::vector<UplinkCounter>> SqlAccounts::uplink_series(IspId isp, TimeMs since, TimeMs until) {
  return connection_.read([&]() -> Result<std::vector<UplinkCounter>> {
    std::vector<UplinkCounter> all;
    auto rows = connection_.query(std::string(kUplinkColumns) +
                                  " WHERE source_isp = ? AND five_minutes >= ? AND five_minutes < ? ORDER BY "
                                  "five_minutes, agreement, on_net, owner, class");
    rows.bind(isp, span_at_or_after(SpanGrain::five_minutes, since).number,
              span_at_or_after(SpanGrain::five_minutes, until).number);
    while (rows.step()) all.push_back(read_uplink(rows));
    return all;
  });
}

Status SqlAccounts::each_uplink_counter(const std::function<Status(const UplinkCounter&)>& visit) {
  return connection_.read([&]() -> Status {
    auto rows = connection_.stream(std::string(kUplinkColumns) +
                                   " ORDER BY source_isp, five_minutes, agreement, on_net, owner, class");
    while (rows.step()) {
      if (auto status = visit(read_uplink(rows)); !status) return status;
    }
    return {};
  });
}

}  // namespace waybill::tracker
