// Question 708 of the patent's FIG. 7: how many files of an owner a client received.
#include <map>
#include <set>

#include <fmt/format.h>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/report_filters_json.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

struct FileCount {
  std::int64_t deliveries = 0;
  std::int64_t bytes = 0;
};

}  // namespace

Result<Answer> report_files(AdministrationContext& context, Arguments& arguments) {
  const auto read = ReportArguments::read(arguments);
  if (read.from) arguments.fault("from", "a file comes from many senders: use --delivered-to, --owner or --client");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto filters = resolve_filters(context, read, false);
  if (!filters) return pass_on(filters);
  auto clock = LocalClock::of(filters->timezone);
  if (!clock) return pass_on(clock);
  const DeliveryQuery query{filters->owner, filters->content, filters->client,
                            filters->to,    filters->since,   filters->until};
  const auto deliveries = context.store.evidence().deliveries(query);
  if (!deliveries) return tl::make_unexpected(deliveries.error());
  const auto names = read_names(context.store.registry());
  if (!names) return tl::make_unexpected(names.error());
  // A file is one content at one receiver; fetched again, it is one file and two deliveries.
  std::map<std::pair<std::string, ContentId>, FileCount> by_content;
  std::set<std::pair<ContentId, AgentKey>> files;
  std::map<ContentId, std::set<AgentKey>> receivers;
  std::int64_t count = 0;
  for (const auto& delivery : *deliveries) {
    if (filters->between && !filters->between->contains(clock->minute_of_day(delivery.completed))) continue;
    auto& sum = by_content[{delivery.owner, delivery.content}];
    ++sum.deliveries;
    sum.bytes += delivery.size.value;
    files.emplace(delivery.content, delivery.receiver);
    receivers[delivery.content].insert(delivery.receiver);
    ++count;
  }
  Answer answer;
  answer.result = {{"files", files.size()}, {"deliveries", count}, {"question", filters->facts}};
  auto& rows = answer.result["rows"] = json::array();
  for (const auto& [key, sum] : by_content) {
    rows.push_back({{"owner", key.first},
                    {"content", key.second.hex()},
                    {"title", names->title(key.second)},
                    {"files", receivers[key.second].size()},
                    {"deliveries", sum.deliveries},
                    {"bytes", sum.bytes}});
  }
  answer.lines.push_back(fmt::format("Files{}{}", filters->words.empty() ? "" : ": ", filters->words));
  answer.lines.push_back(fmt::format(
      "{} files received whole and verified, in {} deliveries signed for by the receivers", files.size(), count));
  answer.add_sheet("rows", {{"owner", "OWNER"},
                            {"title", "TITLE"},
                            {"content", "CONTENT", "id"},
                            {"files", "FILES", "number"},
                            {"deliveries", "DELIVERIES", "number"},
                            {"bytes", "BYTES", "bytes"}});
  return answer;
}

}  // namespace waybill::tracker
