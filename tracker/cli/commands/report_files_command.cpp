// Question 708 of the patent's FIG. 7: how many files of an owner a client received. One delivery is one play, wherever
// its bytes came from. On whose word it is known is told apart: what a receiver signed for, which royalties are counted
// by; what a stock client announced; what a CDN node's log tells.
#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/component_groups_json.h"
#include "tracker/cli/commands/counted_words.h"
#include "tracker/cli/commands/report_rows_json.h"
#include "tracker/reports/byte_size.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

// A file is one content at one receiver; fetched again, it is one file and two deliveries.
struct FileCount {
  std::int64_t deliveries = 0;
  std::int64_t bytes = 0;
  std::set<std::pair<ContentId, AgentKey>> files;
  std::map<DeliveryWitness, std::int64_t> known_by;
  void add(const StoredDelivery& delivery) {
    ++deliveries;
    bytes += delivery.size.value;
    files.emplace(delivery.content, delivery.receiver);
    ++known_by[delivery.witness];
  }
};

enum class FileOrder { name, files, deliveries, bytes };
Result<FileOrder> parse_file_order(const std::string& text) {
  if (text == "name") return FileOrder::name;
  if (text == "files") return FileOrder::files;
  if (text == "deliveries") return FileOrder::deliveries;
  if (text == "bytes") return FileOrder::bytes;
  return refuse("'" + text + "' is not an order (one of name, files, deliveries, bytes)");
}

std::int64_t rank_of(const FileCount& count, FileOrder order) {
  switch (order) {
    case FileOrder::name:
      return 0;
    case FileOrder::files:
      return static_cast<std::int64_t>(count.files.size());
    case FileOrder::deliveries:
      return count.deliveries;
    case FileOrder::bytes:
      return count.bytes;
  }
  return 0;
}

struct FilesArguments {
  ReportArguments filters;
  std::vector<Grouping> groupings;
  FileOrder order = FileOrder::name;
  std::optional<std::int64_t> limit;
};

FilesArguments read_arguments(Arguments& arguments) {
  FilesArguments read;
  read.filters = ReportArguments::read(arguments);
  if (read.filters.from) {
    arguments.fault("from", "a file comes from many senders: use --delivered-to, --owner or --client");
  }
  read.groupings = read_groupings(arguments);
  for (const auto grouping : read.groupings) {
    const bool of_a_sender = grouping == Grouping::isp_pair || grouping == Grouping::sending_isp ||
                             grouping == Grouping::traffic || grouping == Grouping::agreement ||
                             grouping == Grouping::source || component_of(grouping).has_value();
    if (of_a_sender) {
      arguments.fault("group_by",
                      fmt::format("a file comes from many senders: it has no single {}", to_string(grouping)));
    }
  }
  if (read.groupings.empty()) read.groupings = {Grouping::owner, Grouping::content};
  read.order = arguments.read_as("order", parse_file_order).value_or(FileOrder::name);
  read.limit = arguments.integer("limit", 1, kMaxRowLimit);
  return read;
}

// What a delivery says, in the form that rows are split by.
AccountRow row_of(const StoredDelivery& delivery, const std::map<ContentId, ContentClass>& classes, LocalClock& clock) {
  AccountRow row;
  row.to = delivery.receiver_isp;
  row.owner = delivery.owner;
  const auto known = classes.find(delivery.content);
  row.content_class = known == classes.end() ? ContentClass::file : known->second;
  row.content = delivery.content;
  row.client = delivery.receiver;
  row.quarter = quarter_of(delivery.completed);
  row.hour_of_day = clock.minute_of_day(delivery.completed) / 60;
  return row;
}

Result<std::map<ContentId, ContentClass>> read_classes(Registry& registry) {
  const auto contents = registry.contents();
  if (!contents) return tl::make_unexpected(contents.error());
  std::map<ContentId, ContentClass> classes;
  for (const auto& content : *contents) classes.emplace(content.id, content.content_class);
  return classes;
}

// Empty where receivers signed for all of them.
std::string unsigned_text(std::int64_t announced, std::int64_t logged) {
  if (announced + logged == 0) return "";
  return fmt::format(", but for {} that stock clients announced and {} on CDN nodes' logs", announced, logged);
}

using FileRows = std::vector<std::pair<std::vector<GroupCell>, FileCount>>;  // by their cells

void add_files(Answer& answer, FileRows rows, const FilesArguments& read) {
  std::stable_sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) {
    return rank_of(a.second, read.order) > rank_of(b.second, read.order);
  });
  if (read.limit && static_cast<std::int64_t>(rows.size()) > *read.limit) {
    const auto first = rows.begin() + *read.limit;
    std::int64_t deliveries = 0;
    for (auto row = first; row != rows.end(); ++row) deliveries += row->second.deliveries;
    answer.result["left_out"] = {{"rows", rows.end() - first}, {"deliveries", deliveries}};
    answer.notes.push_back(fmt::format("{} with {} are left out by --limit", counted(rows.end() - first, "row", "rows"),
                                       counted(deliveries, "delivery", "deliveries")));
    rows.erase(first, rows.end());
  }
  const auto groups = columns_of(read.groupings);
  auto& list = answer.result["rows"] = json::array();
  for (const auto& [cells, count] : rows) {
    json row{{"files", count.files.size()}, {"deliveries", count.deliveries}, {"bytes", count.bytes}};
    for (std::size_t i = 0; i < groups.size(); ++i) row[groups[i].key] = cells[i].text;
    list.push_back(std::move(row));
  }
  auto columns = group_columns(read.groupings);
  columns.insert(columns.end(),
                 {{"files", "FILES", "number"}, {"deliveries", "DELIVERIES", "number"}, {"bytes", "BYTES", "bytes"}});
  answer.add_sheet("rows", columns);
}

}  // namespace

Result<Answer> report_files(AdministrationContext& context, Arguments& arguments) {
  const auto read = read_arguments(arguments);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto filters = resolve_filters(context, read.filters, false);
  if (!filters) return pass_on(filters);
  auto clock = LocalClock::of(filters->timezone);
  if (!clock) return pass_on(clock);
  const DeliveryQuery query{filters->owner, filters->content, filters->client, filters->to,
                            filters->since, filters->until,   std::nullopt};
  const auto deliveries = context.store.evidence().deliveries(query);
  if (!deliveries) return tl::make_unexpected(deliveries.error());
  const auto names = read_names(context.store.registry());
  if (!names) return tl::make_unexpected(names.error());
  const auto classes = read_classes(context.store.registry());
  if (!classes) return tl::make_unexpected(classes.error());
  std::map<std::vector<GroupCell>, FileCount> groups;
  FileCount all;
  for (const auto& delivery : *deliveries) {
    if (filters->between && !filters->between->contains(clock->minute_of_day(delivery.completed))) continue;
    const auto row = row_of(delivery, *classes, *clock);
    if (filters->content_class && row.content_class != filters->content_class) continue;
    groups[cells_of(row, read.groupings, *names, *clock)].add(delivery);
    all.add(delivery);
  }
  Answer answer;
  const auto signed_for = all.known_by[DeliveryWitness::receiver];
  const auto announced = all.known_by[DeliveryWitness::stock_client];
  const auto logged = all.known_by[DeliveryWitness::cdn_node];
  answer.result = {{"files", all.files.size()},
                   {"deliveries", all.deliveries},
                   {"known_by", {{"receivers", signed_for}, {"stock_clients", announced}, {"cdn_logs", logged}}},
                   {"question", filters->facts}};
  answer.lines.push_back(fmt::format("Files{}{}", filters->words.empty() ? "" : ": ", filters->words));
  answer.lines.push_back(
      fmt::format("{} files received whole and verified, in {} deliveries signed for by the receivers{}",
                  all.files.size(), all.deliveries, unsigned_text(announced, logged)));
  add_files(answer, {groups.begin(), groups.end()}, read);
  return answer;
}

}  // namespace waybill::tracker
