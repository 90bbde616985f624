// The component records in the form of the patent's FIG. 5 (502), and who served whom.
#include <algorithm>

#include <fmt/format.h>

#include "common/protocol/receipt.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/component_bytes_json.h"
#include "tracker/cli/commands/hop_rows_json.h"
#include "tracker/reports/record_text.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

constexpr std::int64_t kDefaultRecords = 1000;
constexpr std::int64_t kMaxRecordsRead = 1'000'000;  // held in memory for one answer

json record_json(const ComponentRecord& record, const ReportNames& names) {
  return {{"component", record.component.key},
          {"kind", to_string(record.component.kind)},
          {"label", record.component.label},
          {"component_owner", record.component.owner},
          {"inferred", record.component.inferred},
          {"isp_by", to_string(record.component.isp_source)},
          {"path", record.path},
          {"path_table_version", record.table_version},
          {"owner", record.owner},
          {"acknowledged_bytes", record.acked.value},
          {"sent_bytes", record.sent.value},
          {"start", format_time(record.start)},
          {"end", format_time(record.end)},
          {"title", record.title},
          {"content", record.content.hex()},
          {"order", record.receipt.order.hex()},
          {"sequence", record.receipt.sequence},
          {"sender", record.sender.hex()},
          {"receiver", record.receiver.hex()},
          {"from", names.isp(record.source_isp)},
          {"to", names.isp(record.destination_isp)}};
}

Result<std::vector<ComponentRecord>> read_records(AdministrationContext& context, const ReportFilters& filters,
                                                  const std::optional<std::string>& component, std::int64_t limit) {
  ComponentQuery query;
  query.owner = filters.owner;
  query.content = filters.content;
  query.since = filters.since;
  query.until = filters.until;
  if (!component) return context.store.accounts().component_records(query, limit);
  std::vector<ComponentRecord> all;
  for (const auto& key : component_keys(*component)) {
    query.key = key;
    auto records = context.store.accounts().component_records(query, limit);
    if (!records) return pass_on(records);
    all.insert(all.end(), std::make_move_iterator(records->begin()), std::make_move_iterator(records->end()));
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.end > b.end; });
  if (static_cast<std::int64_t>(all.size()) > limit) all.resize(static_cast<std::size_t>(limit));
  return all;
}

Result<json> transfer_json(AdministrationContext& context, const Transfer& transfer, const ReportNames& names) {
  ResolvedPath path;
  if (transfer.path != 0) {
    auto found = context.store.evidence().path(transfer.path);
    if (!found) return pass_on(found);
    path = std::move(*found);
  }
  json components = json::array();
  for (const auto& component : path.components) components.push_back(component.key);
  const auto& facts = transfer.facts;
  return json{{"order", facts.id.hex()},
              {"issued", format_time(facts.issued_at)},
              {"sender", facts.sender.hex()},
              {"receiver", facts.receiver.hex()},
              {"sender_address", facts.sender_address.str()},
              {"receiver_address", facts.receiver_address.str()},
              {"from", names.isp(facts.source_isp)},
              {"to", names.isp(facts.destination_isp)},
              {"source", facts.cdn_node ? "cdn-node" : "peer"},
              {"traffic", facts.on_net ? "on-net" : "off-net"},
              {"content", facts.content.hex()},
              {"title", names.title(facts.content)},
              {"acknowledged_bytes", transfer.state.acked_total.value},
              {"sent_bytes", transfer.state.sent_total.value},
              {"unacknowledged", facts.unacknowledged},
              {"receipts", transfer.state.receipts},
              {"path", path.printed},
              {"components", std::move(components)},
              {"failure", transfer.failure}};
}

// The path on the transfer's last receipt, as the sender measured it.
Status add_hops(AdministrationContext& context, const Transfer& transfer, const KnownWorld& known, json& row) {
  row["hops"] = json::array();
  row["measured"] = nullptr;
  row["complete"] = false;
  const auto& facts = transfer.facts;
  const auto envelope = context.store.evidence().receipt_envelope({facts.id, transfer.state.last_sequence});
  if (!envelope) return tl::make_unexpected(envelope.error());
  if (!*envelope) return {};
  const auto receipt = protocol::read_receipt(**envelope);
  if (!receipt) return fail(fmt::format("receipt of {}: {}", facts.id.brief(), receipt.error().message));
  const auto& path = receipt->receipt.path;
  if (path.method == protocol::PathMethod::none) return {};
  row["hops"] = hop_rows(path, {facts.sender_address, facts.source_isp, facts.destination_isp}, known);
  row["measured"] = format_time(path.probed_at);
  row["complete"] = path.complete;
  return {};
}

}  // namespace

Result<Answer> list_records(AdministrationContext& context, Arguments& arguments) {
  const auto component = arguments.text("component");
  ReportArguments read;
  read.owner = arguments.text("owner");
  read.content = arguments.text("content");
  read.since = arguments.text("since");
  read.until = arguments.text("until");
  const auto limit = arguments.integer("limit", 1, kMaxRecordsRead).value_or(kDefaultRecords);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto filters = resolve_filters(context, read, false);
  if (!filters) return pass_on(filters);
  if (auto ok = check_component(context, component); !ok) return pass_on(ok);
  auto records = read_records(context, *filters, component, limit + 1);
  if (!records) return pass_on(records);
  const auto names = read_names(context.store.registry());
  if (!names) return tl::make_unexpected(names.error());
  Answer answer;
  const bool more = static_cast<std::int64_t>(records->size()) > limit;
  if (more) records->resize(static_cast<std::size_t>(limit));
  auto& rows = answer.result["records"] = json::array();
  for (const auto& record : *records) {
    rows.push_back(record_json(record, *names));
    answer.lines.push_back(record_text(record));
  }
  answer.result["complete"] = !more;
  answer.add_csv_sheet("records", {{"component", "component"},
                                   {"label", "label"},
                                   {"path", "path"},
                                   {"owner", "owner"},
                                   {"acknowledged_bytes", "acknowledged_bytes", "bytes"},
                                   {"start", "start"},
                                   {"end", "end"},
                                   {"title", "title"},
                                   {"from", "from"},
                                   {"to", "to"},
                                   {"order", "order"},
                                   {"sequence", "sequence", "number"}});
  if (more) answer.notes.push_back(fmt::format("The latest {} are shown; --limit shows more", limit));
  if (records->empty()) answer.notes.push_back("No record answers this.");
  return answer;
}

Result<Answer> list_transfers(AdministrationContext& context, Arguments& arguments) {
  ReportArguments read;
  read.from = arguments.text("from");
  read.to = arguments.text("to");
  read.involving = arguments.text("involving");
  read.content = arguments.text("content");
  read.client = arguments.text("client");
  read.since = arguments.text("since");
  read.until = arguments.text("until");
  TransferQuery query;
  query.failed_only = arguments.flag("failed");
  const bool hops = arguments.flag("hops");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto filters = resolve_filters(context, read, false);
  if (!filters) return pass_on(filters);
  query.source_isp = filters->from;
  query.destination_isp = filters->to;
  query.content = filters->content;
  query.receiver = filters->client;
  query.since = filters->since;
  query.until = filters->until;
  const auto transfers = context.store.evidence().transfers(query);
  if (!transfers) return tl::make_unexpected(transfers.error());
  const auto names = read_names(context.store.registry());
  if (!names) return tl::make_unexpected(names.error());
  KnownWorld known;
  if (hops) {
    auto read_world = read_known_world(context);
    if (!read_world) return pass_on(read_world);
    known = std::move(*read_world);
  }
  Answer answer;
  auto& rows = answer.result["transfers"] = json::array();
  for (const auto& transfer : *transfers) {
    const auto& involving = filters->involving;
    if (involving && transfer.facts.source_isp != *involving && transfer.facts.destination_isp != *involving) continue;
    auto row = transfer_json(context, transfer, *names);
    if (!row) return pass_on(row);
    if (hops) {
      auto status = add_hops(context, transfer, known, *row);
      if (!status) return pass_on(status);
    }
    rows.push_back(std::move(*row));
  }
  answer.add_sheet("transfers", {{"issued", "ISSUED"},
                                 {"source", "SOURCE"},
                                 {"sender_address", "SENDER"},
                                 {"from", "FROM"},
                                 {"receiver_address", "RECEIVER"},
                                 {"to", "TO"},
                                 {"title", "TITLE"},
                                 {"acknowledged_bytes", "ACKNOWLEDGED BYTES", "bytes"},
                                 {"path", "PATH"},
                                 {"failure", "FAILURE"}});
  return answer;
}

}  // namespace waybill::tracker
