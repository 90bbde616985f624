#include "tracker/cli/administration.h"

#include <algorithm>
#include <array>

#include "common/runtime/log.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/recipient_json.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

struct CommandEntry {
  std::string_view name;
  Command run;
  bool reads_only;
};
constexpr CommandEntry kAgreements[] = {
    {"isp add", isp_add, false},
    {"isp list", isp_list, true},
    {"isp show", isp_show, true},
    {"isp remove", isp_remove, false},
    {"isp asn", isp_asn, false},
    {"agreement add", agreement_add, false},
    {"agreement list", agreement_list, true},
    {"agreement end", agreement_end, false},
    {"agreement renegotiate", agreement_renegotiate, false},
    {"agreement show", agreement_show, true},
    {"period list", period_list, true},
    {"period show", period_show, true},
    {"period balance", period_balance, true},
    {"period close", period_close, false},
    {"invoice issue", invoice_issue, false},
    {"invoice list", invoice_list, true},
    {"invoice show", invoice_show, true},
    {"invoice credit", invoice_credit, false},
    {"journal", list_journal, true},
};
constexpr CommandEntry kNetworks[] = {
    {"component add", component_add, false},
    {"component import", component_import, false},
    {"component list", component_list, true},
    {"component show", component_show, true},
    {"component remove", component_remove, false},
    {"component insight add", insight_add, false},
    {"component insight import", insight_import, false},
    {"component insight list", insight_list, true},
    {"component insight remove", insight_remove, false},
    {"routing load", routing_load, false},
    {"routing show", routing_show, true},
    {"routing drop", routing_drop, false},
    {"path", path_between, true},
};
constexpr CommandEntry kMeasures[] = {
    {"object add", object_add, false},
    {"object list", object_list, true},
    {"object show", object_show, true},
    {"object end", object_end, false},
    {"policy add", policy_add, false},
    {"policy list", policy_list, true},
    {"policy end", policy_end, false},
    {"alert add", alert_add, false},
    {"alert list", alert_list, true},
    {"alert show", alert_show, true},
    {"alert end", alert_end, false},
    {"alert acknowledge", alert_acknowledge, false},
    {"alert silence", alert_silence, false},
    {"alert test", alert_test, false},
    {"alert deliveries", alert_deliveries, true},
    {"alert channel add", alert_channel_add, false},
    {"alert channel list", alert_channel_list, true},
    {"alert channel remove", alert_channel_remove, false},
    {"content list", content_list, true},
    {"content show", content_show, true},
    {"content remove", content_remove, false},
    {"content webseed add", web_seed_add, false},
    {"content webseed remove", web_seed_remove, false},
    {"content webseed list", web_seed_list, true},
    {"enroll-link", enroll_link, false},
    {"agent list", agent_list, true},
    {"agent remove", agent_remove, false},
    {"token add", token_add, false},
    {"token list", token_list, true},
    {"token revoke", token_revoke, false},
    {"subscriber add", subscriber_add, false},
    {"subscriber list", subscriber_list, true},
    {"subscriber revoke", subscriber_revoke, false},
    {"subscriber torrent", subscriber_torrent, true},
    {"records", list_records, true},
    {"records difference", records_difference, true},
    {"records re-resolve", records_re_resolve, false},
    {"records re-resolutions", list_re_resolutions, true},
    {"records import-log", records_import_log, false},
    {"transfers", list_transfers, true},
    {"settle", settle, true},
    {"audit", audit_accounts, true},
    {"pseudonyms", prepare_pseudonyms, false},
};
constexpr CommandEntry kReports[] = {
    {"report bytes", report_bytes, true},           {"report files", report_files, true},
    {"report balance", report_balance, true},       {"report matrix", report_matrix, true},
    {"report shares", report_shares, true},         {"report components", report_components, true},
    {"report series", report_series, true},         {"report percentile", report_percentile, true},
    {"report commitment", report_commitment, true}, {"report save", report_save, false},
    {"report saved list", report_saved_list, true}, {"report saved answers", report_saved_answers, true},
    {"report saved show", report_saved_show, true}, {"report saved run", report_saved_run, true},
    {"report saved end", report_saved_end, false},
};
constexpr std::array<std::string_view, 5> kLiveCommands{"agents", "explain", "orders", "policy why", "watch"};

const CommandEntry* find_command(std::string_view name) {
  const CommandEntry* found = nullptr;
  const auto look = [&](const auto& table) {
    for (const auto& entry : table) {
      if (entry.name == name) found = &entry;
    }
  };
  look(kAgreements);
  look(kNetworks);
  look(kMeasures);
  look(kReports);
  return found;
}

json failure(const std::string& error, int exit_status) {
  return {{"ok", false}, {"error", error}, {"exit", exit_status}};
}

json operating_failure(const std::string& error, bool transient = false) {
  auto value = failure(error, 1);
  value["failed"] = true;
  if (transient) value["transient"] = true;
  return value;
}

// The answer as whom the request is for may see it.
Result<json> answer_of(const CommandEntry& entry, AdministrationContext& context, const json& request,
                       Arguments& arguments) {
  const auto recipient = request.value("for", "operator");
  const bool evidence = entry.name == "settle" && arguments.flag("evidence");
  if (evidence && recipient != "operator") {
    return refuse("signed receipts name clients and addresses: --itemised is the form for a party");
  }
  const auto answer = entry.run(context, arguments);
  if (!answer) return tl::make_unexpected(answer.error());
  return answer_for(context.store, recipient, answer->to_json());
}

json run(const CommandEntry& entry, AdministrationContext& context, const json& request) {
  static const json kNone = json::object();
  const auto found = request.find("arguments");
  Arguments arguments(found == request.end() ? kNone : *found);
  Result<json> answer = fail("not run");
  const auto body = [&]() -> Status {
    answer = answer_of(entry, context, request, arguments);
    if (!answer) return tl::make_unexpected(answer.error());
    return {};
  };
  // One transaction: a report's figures and the receipts behind them are of the same moment, and a command that fails
  // half way leaves nothing.
  const auto done = context.store.transact(body);
  if (done) return *std::move(answer);
  if (done.error().kind == ErrorKind::failed) return operating_failure(done.error().message, done.error().transient);
  return failure(done.error().message, arguments.at_fault() ? 2 : refusal_status(done.error().message));
}

}  // namespace

bool needs_running_tracker(const std::string& command) {
  return std::find(kLiveCommands.begin(), kLiveCommands.end(), command) != kLiveCommands.end();
}

bool reads_only(const std::string& command) {
  const auto* entry = find_command(command);
  return entry != nullptr && entry->reads_only;
}

int refusal_status(const std::string& refusal) { return refusal.starts_with("--") ? 2 : 1; }

json execute(AdministrationContext& context, const json& request) {
  const auto command = request.is_object() ? request.find("command") : request.end();
  if (!request.is_object() || command == request.end() || !command->is_string()) {
    return failure("the request names no command", 2);
  }
  const auto& name = command->get_ref<const std::string&>();
  const auto* entry = find_command(name);
  if (entry == nullptr) {
    if (needs_running_tracker(name)) {
      return failure("'" + name + "' is known to a running tracker only: start it with `waybill-tracker serve`", 1);
    }
    return failure("there is no command '" + name + "'", 2);
  }
  try {
    return run(*entry, context, request);
  } catch (const std::exception& error) {
    WAYBILL_ERROR("administration", "command={} threw: {}", name, error.what());
    return operating_failure(std::string("internal fault: ") + error.what());
  }
}

std::string progress_json(const WorkDone& work) {
  return json{{"progress", {{"what", work.what}, {"done", work.done}, {"expected", work.expected}}}}.dump();
}

std::optional<WorkDone> work_done_in(const json& line) {
  const auto found = line.is_object() ? line.find("progress") : line.end();
  if (found == line.end() || !found->is_object()) return std::nullopt;
  return WorkDone{found->value("what", ""), found->value("done", std::int64_t{0}),
                  found->value("expected", std::int64_t{0})};
}

std::string execute_text(AdministrationContext& context, const std::string& request) {
  const auto parsed = json::parse(request, nullptr, false);
  const auto answer = parsed.is_discarded() ? failure("the request is not JSON", 2) : execute(context, parsed);
  return answer.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace waybill::tracker
