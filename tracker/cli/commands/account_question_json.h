#pragma once
// A report's filters as a question to the accounts. For the .cpp files of this folder.
#include "tracker/cli/commands/report_filters_json.h"

namespace waybill::tracker {

Result<AccountQuery> account_question(const ReportFilters& filters);
// The rows that answer it; with filters.involving, those of traffic that this ISP sent or received.
Result<std::vector<AccountRow>> ask_accounts(Store& store, const ReportFilters& filters, AccountQuery question);

// --source: sent by CDN nodes (true), by peers (false), or by all (nothing).
std::optional<bool> read_source(Arguments& arguments);
// The same as a fact of the question.
void add_source(nlohmann::json& question, const std::optional<bool>& cdn_node);

}  // namespace waybill::tracker
