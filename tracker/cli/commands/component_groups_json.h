#pragma once
// Bytes split by the components of the paths beside whatever else the accounts know. For the .cpp files of this folder.
#include <optional>
#include <vector>

#include "tracker/cli/commands/report_filters_json.h"
#include "tracker/reports/grouping.h"

namespace waybill::tracker {

std::optional<ComponentKind> kind_among(const std::vector<Grouping>& groupings);
// Blames --group-by where it names two kinds of components.
void check_component_groups(Arguments& arguments, const std::vector<Grouping>& groupings);
// One transfer is counted at each component of the kind on its path: rows do not add up. As ask_accounts
// (account_question_json.h).
Result<std::vector<ComponentRow>> ask_components(Store& store, const ReportFilters& filters, ComponentKind kind,
                                                 AccountQuery question);

}  // namespace waybill::tracker
