#include <fmt/format.h>

#include "tracker/cli/administration.h"
#include "tracker/cli/command_execution_json.h"
#include "tracker/cli/commands/counted_words.h"
#include "tracker/cli/file_output.h"
#include "tracker/reports/byte_size.h"
#include "tracker/settlement/settlement_export.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

// About twice what kMaxEvidenceReceipts of the largest receipts take on average.
constexpr std::uintmax_t kMaxExportBytes = std::uintmax_t{4} << 30;

Result<VerifiedExport> verify(const json& arguments) {
  std::optional<crypto::PublicKey> expected;
  if (arguments.contains("tracker_key")) {
    const auto key = crypto::PublicKey::from_hex(arguments.at("tracker_key").get<std::string>());
    if (!key) return pass_on(key.error(), "--tracker-key");
    expected = *key;
  }
  const auto file = arguments.at("export").get<std::string>();
  const auto text = read_whole_file(file, kMaxExportBytes);
  if (!text) return tl::make_unexpected(text.error());
  auto verified = verify_export(*text, expected);
  if (!verified) return pass_on(verified.error(), file);
  return verified;
}

json totals_json(const Statement& statement) {
  json totals = json::array();
  for (const auto& total : statement.totals) {
    totals.push_back({{"currency", total.currency.str()},
                      {"amount", format_minor(total.amount_minor, total.currency)},
                      {"acknowledged_bytes", total.acked.value},
                      {"receipts", total.receipts}});
  }
  return totals;
}

json verified_json(const VerifiedExport& verified) {
  const auto& statement = verified.statement;
  json lines = {fmt::format("Good: the statement for {}, {}, made {}", statement.isp, statement.period,
                            format_time(statement.made_at)),
                fmt::format("  signed by tracker key {}", verified.tracker_key.hex())};
  if (verified.has_evidence) {
    lines.push_back(
        fmt::format("  {} of {}: every order, receipt and acknowledgement is signed by its party, and their bytes make "
                    "up every line",
                    counted(verified.receipts, "receipt", "receipts"), counted(verified.orders, "order", "orders")));
    lines.push_back("  which receiver is on-net is the tracker's signed word, by its table of prefixes");
  } else {
    lines.push_back(
        "  it holds no receipts, so that only signature and arithmetic were checked: see settle --evidence");
  }
  for (const auto& total : statement.totals) {
    lines.push_back(fmt::format("  due: {} {} for {} acknowledged bytes ({})",
                                format_minor(total.amount_minor, total.currency), total.currency.str(),
                                exact_bytes(total.acked.value), human_bytes(total.acked.value)));
  }
  return {{"ok", true},
          {"result",
           {{"good", true},
            {"tracker_key", verified.tracker_key.hex()},
            {"isp", statement.isp},
            {"period", statement.period},
            {"evidence", verified.has_evidence},
            {"orders", verified.orders},
            {"receipts", verified.receipts},
            {"totals", totals_json(statement)}}},
          {"lines", std::move(lines)}};
}

}  // namespace

json run_verification(const json& arguments) {
  const auto verified = verify(arguments);
  if (verified) return verified_json(*verified);
  return {{"ok", false}, {"error", verified.error().message}, {"exit", refusal_status(verified.error().message)}};
}

}  // namespace waybill::tracker
