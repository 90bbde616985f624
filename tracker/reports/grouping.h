#pragma once
// What a report's rows are split by (design section 8, --group-by), and the folding of account rows into them. Pure.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/types/result.h"
#include "tracker/reports/day_hours.h"
#include "tracker/store/accounts.h"

namespace waybill::tracker {

enum class Grouping {
  isp_pair,
  sending_isp,
  receiving_isp,
  traffic,
  agreement,
  source,
  owner,
  content_class,
  content,
  title,
  client,
  hour_of_day,
  quarter_hour,
  hour,
  day,
  month,
  // By the components of the paths: the traffic of one receipt is at several, or at none.
  country,
  state,
  city,
  place,
  autonomous_system,
  router,
  network_switch,
  link,
  inter_isp_link
};

// "isp-pair", "from", "to", "traffic" (on-net or off-net), "agreement", "source" (peers or CDN nodes), "owner",
// "class", "content", "title" (contents of one title are one row), "client", "hour-of-day", "quarter-hour", "hour",
// "day", "month"; and as components are called (paths/resolved_path.h) "country", "state", "city", "place", "as",
// "router", "switch", "link", "inter-isp-link".
Result<Grouping> parse_grouping(std::string_view text);
std::string_view to_string(Grouping grouping);
std::optional<ComponentKind> component_of(Grouping grouping);  // of those by the components of the paths
// The dimensions of the accounts that are needed to split by these.
std::set<AccountDimension> dimensions_of(const std::vector<Grouping>& groupings);

// What ids are called, for people.
struct ReportNames {
  std::unordered_map<IspId, std::string> isps;
  std::unordered_map<ContentId, std::string> titles;
  std::string isp(IspId id) const;               // "unknown" for 0, "isp#7" for one that was removed
  std::string title(const ContentId& id) const;  // its id in brief where it is not known
};

// The columns that a grouping makes: (key in JSON, heading in tables).
struct GroupColumn {
  std::string key;
  std::string heading;
};
std::vector<GroupColumn> columns_of(const std::vector<Grouping>& groupings);

// What is shown, and what it is ordered by: the hour that comes twice is not in the order of its texts.
struct GroupCell {
  std::string order;
  std::string text;
  explicit GroupCell(std::string shown) : order(shown), text(std::move(shown)) {}
  GroupCell(std::string order_by, std::string shown) : order(std::move(order_by)), text(std::move(shown)) {}
  auto operator<=>(const GroupCell&) const = default;
};
// The cells of one row, one for each column of columns_of. `row` has the fields that the groupings need; `component` is
// the key of the component that it is counted at, for groupings by these.
std::vector<GroupCell> cells_of(const AccountRow& row, const std::vector<Grouping>& groupings, const ReportNames& names,
                                LocalClock& clock, std::string_view component = {});

struct ReportRow {
  std::vector<std::string> cells;  // one for each column of columns_of
  Counters counters;
};
// Rows ascend by their cells, times by the clock. `clock` shows the time zone that hours, days and months are counted
// in; the hour that comes twice when clocks go back stays two rows, told apart by their offsets from UTC.
std::vector<ReportRow> fold_rows(const std::vector<AccountRow>& rows, const std::vector<Grouping>& groupings,
                                 const ReportNames& names, LocalClock& clock);
// The same where one of the groupings is by components.
std::vector<ReportRow> fold_rows(const std::vector<ComponentRow>& rows, const std::vector<Grouping>& groupings,
                                 const ReportNames& names, LocalClock& clock);

}  // namespace waybill::tracker
