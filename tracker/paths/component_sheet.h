#pragma once
// Components and insights as operators import them: tables of comma-separated values (csv_table.h).
//
// Components: name; and, where wanted, kind, owner, isp, address, prefix, pattern, country, state, city. Several
// addresses, prefixes or patterns of one component stand in one cell, with spaces between them.
// Insights: between, and, lies; and, where wanted, direction: both (as without it) or one-way.
#include <string>
#include <string_view>
#include <vector>

#include "tracker/paths/registered_component.h"

namespace waybill::tracker {

struct ComponentLine {
  std::size_t line = 0;
  RegisteredComponent component;  // without id and isp
  std::string isp;                // the name of the ISP that is stated; empty: none
};
// Refuses what CsvTable refuses, and the first line with an unknown kind or what cannot be read: "line 4711: ...".
Result<std::vector<ComponentLine>> read_component_sheet(std::string_view text);

struct InsightLine {
  std::size_t line = 0;
  std::string between;
  std::string and_;
  std::string lies;
  bool both_ways = true;
};
Result<std::vector<InsightLine>> read_insight_sheet(std::string_view text);

}  // namespace waybill::tracker
