#pragma once
// A report's filters as a question to the accounts. For the .cpp files of this folder.
#include "tracker/cli/commands/report_filters_json.h"

namespace waybill::tracker {

Result<AccountQuery> account_question(const ReportFilters& filters);

}  // namespace waybill::tracker
