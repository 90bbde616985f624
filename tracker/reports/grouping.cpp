#include "tracker/reports/grouping.h"

#include <chrono>

#include <fmt/format.h>

#include "common/types/check.h"
#include "tracker/reports/zone_detail.h"

namespace waybill::tracker {

namespace {

struct GroupingName {
  Grouping grouping;
  std::string_view name;
  std::optional<AccountDimension> dimension;
  std::optional<ComponentKind> component = {};
};
// Hours, days and months are sums of quarters: the accounts give quarters, fold_rows adds them up.
constexpr GroupingName kGroupings[] = {
    {Grouping::isp_pair, "isp-pair", AccountDimension::isp_pair},
    {Grouping::sending_isp, "from", AccountDimension::isp_pair},
    {Grouping::receiving_isp, "to", AccountDimension::isp_pair},
    {Grouping::traffic, "traffic", AccountDimension::isp_pair},
    {Grouping::agreement, "agreement", AccountDimension::agreement},
    {Grouping::source, "source", AccountDimension::cdn_node},
    {Grouping::owner, "owner", AccountDimension::owner},
    {Grouping::content_class, "class", AccountDimension::content_class},
    {Grouping::content, "content", AccountDimension::content},
    {Grouping::title, "title", AccountDimension::content},
    {Grouping::client, "client", AccountDimension::client},
    {Grouping::hour_of_day, "hour-of-day", AccountDimension::hour_of_day},
    {Grouping::quarter_hour, "quarter-hour", AccountDimension::quarter},
    {Grouping::hour, "hour", AccountDimension::quarter},
    {Grouping::day, "day", AccountDimension::quarter},
    {Grouping::month, "month", AccountDimension::quarter},
    {Grouping::country, "country", std::nullopt, ComponentKind::country},
    {Grouping::state, "state", std::nullopt, ComponentKind::state},
    {Grouping::city, "city", std::nullopt, ComponentKind::city},
    {Grouping::place, "place", std::nullopt, ComponentKind::place},
    {Grouping::autonomous_system, "as", std::nullopt, ComponentKind::autonomous_system},
    {Grouping::router, "router", std::nullopt, ComponentKind::router},
    {Grouping::network_switch, "switch", std::nullopt, ComponentKind::network_switch},
    {Grouping::link, "link", std::nullopt, ComponentKind::link},
    {Grouping::inter_isp_link, "inter-isp-link", std::nullopt, ComponentKind::inter_isp_link},
};

const GroupingName& entry_of(Grouping grouping) {
  for (const auto& entry : kGroupings) {
    if (entry.grouping == grouping) return entry;
  }
  WAYBILL_ASSERT(false, "every grouping has a name");
}

// The local time at the start of the bucket that holds `time`.
GroupCell time_cell(Grouping grouping, TimeMs time, LocalClock& clock) {
  using std::chrono::milliseconds;
  const date::local_time<milliseconds> local{milliseconds{clock.local_ms(time)}};
  if (grouping == Grouping::day) return GroupCell(date::format("%F", local));
  if (grouping == Grouping::month) return GroupCell(date::format("%Y-%m", local));
  const auto offset = clock.offset(time).value / 60'000;
  const auto size = offset < 0 ? -offset : offset;
  const auto east = offset == 0 ? "Z" : fmt::format("{}{:02}:{:02}", offset < 0 ? '-' : '+', size / 60, size % 60);
  const auto text = grouping == Grouping::hour ? date::format("%FT%H:00", local) : date::format("%FT%H:%M", local);
  // 1440 - offset grows with the instant where the local time is the same.
  return {fmt::format("{} {:04}", text, 1440 - offset), text + east};
}

// Without the kind before its name: the column says it.
std::string component_name(std::string_view key) { return std::string(key.substr(key.find(':') + 1)); }

void append_cells(std::vector<GroupCell>& cells, const AccountRow& row, Grouping grouping, const ReportNames& names,
                  LocalClock& clock, std::string_view component) {
  switch (grouping) {
    case Grouping::isp_pair:
      cells.emplace_back(names.isp(row.from.value()));
      cells.emplace_back(names.isp(row.to.value()));
      return;
    case Grouping::sending_isp:
      cells.emplace_back(names.isp(row.from.value()));
      return;
    case Grouping::receiving_isp:
      cells.emplace_back(names.isp(row.to.value()));
      return;
    case Grouping::traffic:
      cells.emplace_back(row.from.value() && row.from == row.to ? "on-net" : "off-net");
      return;
    case Grouping::agreement:
      cells.emplace_back(row.agreement.value() ? fmt::format("{}", row.agreement->value) : "-");
      return;
    case Grouping::source:
      cells.emplace_back(row.cdn_node.value() ? "cdn-node" : "peer");
      return;
    case Grouping::owner:
      cells.emplace_back(row.owner.value());
      return;
    case Grouping::content_class:
      cells.emplace_back(name_of(row.content_class.value()));
      return;
    case Grouping::title:
      cells.emplace_back(names.title(row.content.value()));
      return;
    case Grouping::content:
      cells.emplace_back(row.content.value().hex());
      cells.emplace_back(names.title(*row.content));
      return;
    case Grouping::client:
      cells.emplace_back(row.client.value().hex());
      return;
    case Grouping::hour_of_day:
      cells.emplace_back(fmt::format("{:02}:00", row.hour_of_day.value()));
      return;
    case Grouping::quarter_hour:
    case Grouping::hour:
    case Grouping::day:
    case Grouping::month:
      cells.push_back(time_cell(grouping, row.quarter.value().start(), clock));
      return;
    default:
      cells.emplace_back(component_name(component));
      return;
  }
}

}  // namespace

Result<Grouping> parse_grouping(std::string_view text) {
  std::string known;
  for (const auto& entry : kGroupings) {
    if (entry.name == text) return entry.grouping;
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  return refuse(fmt::format("'{}' is not something to group by (one of {})", text, known));
}

std::string_view to_string(Grouping grouping) { return entry_of(grouping).name; }

std::optional<ComponentKind> component_of(Grouping grouping) { return entry_of(grouping).component; }

std::set<AccountDimension> dimensions_of(const std::vector<Grouping>& groupings) {
  std::set<AccountDimension> dimensions;
  for (const auto grouping : groupings) {
    if (const auto dimension = entry_of(grouping).dimension) dimensions.insert(*dimension);
  }
  return dimensions;
}

std::string ReportNames::isp(IspId id) const {
  if (!id) return "unknown";
  const auto found = isps.find(id);
  return found == isps.end() ? fmt::format("isp#{}", id.value) : found->second;
}

std::string ReportNames::title(const ContentId& id) const {
  const auto found = titles.find(id);
  return found == titles.end() ? id.brief() : found->second;
}

std::vector<GroupColumn> columns_of(const std::vector<Grouping>& groupings) {
  std::vector<GroupColumn> columns;
  for (const auto grouping : groupings) {
    if (grouping == Grouping::isp_pair) {
      columns.push_back({"from", "FROM"});
      columns.push_back({"to", "TO"});
    } else if (grouping == Grouping::content) {
      columns.push_back({"content", "CONTENT"});
      columns.push_back({"title", "TITLE"});
    } else {
      std::string key(to_string(grouping));
      std::string heading = key;
      for (char& c : key) c = c == '-' ? '_' : c;
      for (char& c : heading) c = c == '-' ? ' ' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
      columns.push_back({std::move(key), std::move(heading)});
    }
  }
  return columns;
}

std::vector<GroupCell> cells_of(const AccountRow& row, const std::vector<Grouping>& groupings, const ReportNames& names,
                                LocalClock& clock, std::string_view component) {
  std::vector<GroupCell> cells;
  for (const auto grouping : groupings) append_cells(cells, row, grouping, names, clock, component);
  return cells;
}

namespace {

std::vector<ReportRow> shown(const std::map<std::vector<GroupCell>, Counters>& sums) {
  std::vector<ReportRow> folded;
  for (const auto& [cells, counters] : sums) {
    auto& row = folded.emplace_back();
    row.counters = counters;
    for (const auto& cell : cells) row.cells.push_back(cell.text);
  }
  return folded;
}

}  // namespace

std::vector<ReportRow> fold_rows(const std::vector<AccountRow>& rows, const std::vector<Grouping>& groupings,
                                 const ReportNames& names, LocalClock& clock) {
  std::map<std::vector<GroupCell>, Counters> sums;
  for (const auto& row : rows) sums[cells_of(row, groupings, names, clock)] += row.counters;
  return shown(sums);
}

std::vector<ReportRow> fold_rows(const std::vector<ComponentRow>& rows, const std::vector<Grouping>& groupings,
                                 const ReportNames& names, LocalClock& clock) {
  std::map<std::vector<GroupCell>, Counters> sums;
  for (const auto& [key, row] : rows) sums[cells_of(row, groupings, names, clock, key)] += row.counters;
  return shown(sums);
}

}  // namespace waybill::tracker
