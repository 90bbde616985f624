#pragma once
// What a report's rows are split by (design section 8, --group-by), and the folding of account rows into them. Pure.
#include <map>
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
  month
};

// "isp-pair", "from", "to", "traffic" (on-net or off-net), "agreement", "source" (peers or CDN nodes), "owner",
// "class", "content", "title" (contents of one title are one row), "client", "hour-of-day", "quarter-hour", "hour",
// "day", "month".
Result<Grouping> parse_grouping(std::string_view text);
std::string_view to_string(Grouping grouping);
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

struct ReportRow {
  std::vector<std::string> cells;  // one for each column of columns_of
  Counters counters;
};
// Rows ascend by their cells, times by the clock. `clock` shows the time zone that hours, days and months are counted
// in; the hour that comes twice when clocks go back stays two rows, told apart by their offsets from UTC.
std::vector<ReportRow> fold_rows(const std::vector<AccountRow>& rows, const std::vector<Grouping>& groupings,
                                 const ReportNames& names, LocalClock& clock);

}  // namespace waybill::tracker
