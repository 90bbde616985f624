#include <memory>

#include "tracker/cli/commands/account_question_json.h"

namespace waybill::tracker {

Result<AccountQuery> account_question(const ReportFilters& filters) {
  auto clock = LocalClock::of(filters.timezone);
  if (!clock) return pass_on(clock);
  AccountQuery query;
  query.from = filters.from;
  query.to = filters.to;
  query.owner = filters.owner;
  query.content_class = filters.content_class;
  query.content = filters.content;
  query.client = filters.client;
  query.since = filters.since;
  query.until = filters.until;
  if (filters.between) query.hours = {filters.between->from_minute, filters.between->to_minute};
  query.local_minute = [shared = std::make_shared<LocalClock>(*clock)](TimeMs time) {
    return shared->minute_of_day(time);
  };
  return query;
}

std::optional<bool> read_source(Arguments& arguments) {
  const auto source = arguments.text("source");
  if (!source || *source == "all") return std::nullopt;
  if (*source != "peers" && *source != "cdn-nodes") arguments.fault("source", "is peers, cdn-nodes or all");
  return *source == "cdn-nodes";
}

void add_source(nlohmann::json& question, const std::optional<bool>& cdn_node) {
  if (cdn_node) question["source"] = *cdn_node ? "cdn-nodes" : "peers";
}

Result<std::vector<AccountRow>> ask_accounts(Store& store, const ReportFilters& filters, AccountQuery question) {
  if (filters.involving) question.group_by.insert(AccountDimension::isp_pair);
  auto rows = store.accounts().query(question);
  if (!rows || !filters.involving) return rows;
  std::erase_if(*rows, [&](const AccountRow& row) {
    return row.from.value() != *filters.involving && row.to.value() != *filters.involving;
  });
  return rows;
}

}  // namespace waybill::tracker
