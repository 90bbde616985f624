// A question to the accounts: its window as few ranges of spans, each added up by the database.
#include "tracker/store/account_columns_detail.h"
#include "tracker/store/account_rows_detail.h"
#include "tracker/store/sql_accounts_detail.h"
#include "tracker/store/sql_filter_detail.h"

namespace waybill::tracker {

namespace {

// What an object's columns hold of an entity that its kind does not know. Named in every question, so that the key's
// index leads from the kind to the entities that are.
const Blob kNoId{};
const std::string kNoOwner;

constexpr std::int64_t kFarQuarters = 1'000'000'000;  // beyond every time

SqlFilter filter_of(const AccountQuery& query) {
  SqlFilter filter;
  const auto kind = kind_for(query);
  filter.add_number("a.kind = ?", static_cast<int>(kind));
  if (kind < AccountKind::client) filter.add("a.client = ?", kNoId);
  if (kind < AccountKind::content) filter.add("a.content = ?", kNoId);
  if (kind < AccountKind::owner) filter.add("a.owner = ?", kNoOwner);
  if (kind < AccountKind::owner) filter.add_number("a.class = ?", 0);
  add_entities(filter, query, kObjectEntities);
  return filter;
}

int utc_minute(TimeMs time) {
  return static_cast<int>((time.value - span_of(SpanGrain::day, time).start().value) / 60'000);
}

// One range added up. Its parameters: the filter's, then the range's.
std::string sum_text(const AccountQuery& query, const SqlFilter& filter, SpanGrain grain) {
  const bool quarters = grain == SpanGrain::quarter;
  const std::string number = quarters ? "c.quarter" : "c.number";
  const auto entities = entity_columns(query, kObjectEntities);
  auto text = "SELECT " + entities + (by_span(query) ? number + ", " : "") +
              "sum(c.acked), sum(c.sent), sum(c.receipts) FROM accounting_objects a CROSS JOIN " +
              (quarters ? "account_counters" : "account_spans") + " c" + filter.where() + " AND c.object_id = a.id" +
              (quarters ? "" : " AND c.grain = " + std::to_string(static_cast<int>(grain))) + " AND " + number +
              " >= ? AND " + number + " < ?";
  auto groups = entities + (by_span(query) ? number + ", " : "");
  if (groups.empty()) return text;
  groups.resize(groups.size() - 2);
  return text + " GROUP BY " + groups;
}

}  // namespace

// Hours of day need bounds: where the question has none, those of the months that there are.
std::vector<SpanRange> SqlAccounts::ranges_for(const AccountQuery& query, const SqlFilter& filter) {
  const auto first = query.since ? quarter_at_or_after(*query.since).number : -kFarQuarters;
  const auto until = query.until ? quarter_at_or_after(*query.until).number : kFarQuarters;
  if (kind_for(query) == AccountKind::client || grouped_by(query, AccountDimension::quarter)) {
    return {{SpanGrain::quarter, first, until}};
  }
  if (!asks_hours(query)) return cover(query.since, query.until, SpanGrain::quarter);
  auto since_time = query.since;
  auto until_time = query.until;
  if (!since_time || !until_time) {
    auto months = connection_.query(
        "SELECT min(c.number), max(c.number) FROM accounting_objects a CROSS JOIN account_spans c" + filter.where() +
        " AND c.object_id = a.id AND c.grain = " + std::to_string(static_cast<int>(SpanGrain::month)));
    filter.bind_to(months);
    if (!months.step() || months.is_null(0)) return {};
    if (!since_time) since_time = Span{SpanGrain::month, months.integer(0)}.start();
    if (!until_time) until_time = Span{SpanGrain::month, months.integer(1) + 1}.start();
  }
  return cover_by_hours(*since_time, *until_time, query.local_minute ? query.local_minute : utc_minute);
}

Result<std::vector<AccountRow>> SqlAccounts::query(const AccountQuery& query) {
  const auto filter = filter_of(query);
  return connection_.read([&]() -> Result<std::vector<AccountRow>> {
    AccountRows answer(query);
    for (const auto& range : ranges_for(query, filter)) {
      auto rows = connection_.query(sum_text(query, filter, range.grain));
      filter.bind_to(rows);
      rows.bind(range.first, range.until);
      while (rows.step()) {
        int column = 0;
        const auto object = read_entities(query, rows, column);
        const auto number = by_span(query) ? rows.integer(column++) : 0;
        if (rows.is_null(column)) continue;  // a total of no rows
        answer.add(object, quarter_of(Span{range.grain, number}.start()),
                   {{rows.integer(column)}, {rows.integer(column + 1)}, rows.integer(column + 2)});
      }
    }
    return answer.take();
  });
}

}  // namespace waybill::tracker
