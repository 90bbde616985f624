#include <algorithm>
#include <map>

#include "tracker/cli/commands/component_bytes_json.h"
#include "tracker/cli/commands/component_groups_json.h"

namespace waybill::tracker {

namespace {

// What a record says of its transfer, in the form that rows are split by.
AccountRow row_of(const ComponentRecord& record, LocalClock& clock) {
  AccountRow row;
  row.from = record.source_isp;
  row.to = record.destination_isp;
  row.owner = record.owner;
  row.content = record.content;
  row.client = record.receiver;
  row.quarter = quarter_of(record.end);
  row.hour_of_day = clock.minute_of_day(row.quarter->start()) / 60;
  return row;
}

}  // namespace

bool by_components(const std::vector<Grouping>& groupings) {
  return std::any_of(groupings.begin(), groupings.end(), [](Grouping each) { return component_of(each).has_value(); });
}

void check_component_groups(Arguments& arguments, const std::vector<Grouping>& groupings) {
  if (!by_components(groupings)) return;
  std::size_t kinds = 0;
  for (const auto grouping : groupings) {
    if (component_of(grouping)) ++kinds;
    if (grouping == Grouping::agreement || grouping == Grouping::source || grouping == Grouping::content_class) {
      arguments.fault("group_by", "agreement, source and class are not split by components of the path");
    }
  }
  if (kinds > 1) arguments.fault("group_by", "takes one kind of component of the path");
}

Result<std::vector<ReportRow>> component_rows(AdministrationContext& context, const ReportFilters& filters,
                                              const std::optional<bool>& on_net,
                                              const std::vector<Grouping>& groupings) {
  const auto names = read_names(context.store.registry());
  if (!names) return tl::make_unexpected(names.error());
  auto clock = LocalClock::of(filters.timezone);
  if (!clock) return pass_on(clock);
  RecordsOf of;
  for (const auto grouping : groupings) {
    if (const auto kind = component_of(grouping)) of.kind = kind;
  }
  std::map<std::vector<GroupCell>, Counters> sums;
  const auto visited = visit_records(context, filters, of, [&](const ComponentRecord& record) {
    if (on_net && *on_net != (record.source_isp && record.source_isp == record.destination_isp)) return;
    sums[cells_of(row_of(record, *clock), groupings, *names, *clock, record.component.key)] +=
        Counters{record.acked, record.sent, 1};
  });
  if (!visited) return tl::make_unexpected(visited.error());
  std::vector<ReportRow> rows;
  for (const auto& [cells, counters] : sums) {
    auto& row = rows.emplace_back();
    row.counters = counters;
    for (const auto& cell : cells) row.cells.push_back(cell.text);
  }
  return rows;
}

}  // namespace waybill::tracker
