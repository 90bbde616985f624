#pragma once
// Bytes split by the components of the paths beside whatever else the records know. For the .cpp files of this folder.
#include <vector>

#include "tracker/cli/commands/report_filters_json.h"
#include "tracker/reports/grouping.h"

namespace waybill::tracker {

bool by_components(const std::vector<Grouping>& groupings);
// Blames --group-by where it names two kinds of components, or what component records do not hold.
void check_component_groups(Arguments& arguments, const std::vector<Grouping>& groupings);
// One transfer is counted at each component of the kind on its path: rows do not add up.
Result<std::vector<ReportRow>> component_rows(AdministrationContext& context, const ReportFilters& filters,
                                              const std::optional<bool>& on_net,
                                              const std::vector<Grouping>& groupings);

}  // namespace waybill::tracker
