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
  for (const auto& total : statement.charges.totals) {
    totals.push_back(
        {{"currency", total.currency.str()}, {"amount", format_minor(total.amount_minor, total.currency)}});
  }
  return totals;
}

const char* name_of(ProofKind proof) {
  switch (proof) {
    case ProofKind::none:
      return "none";
    case ProofKind::items:
      return "items";
    case ProofKind::evidence:
      return "evidence";
  }
  return "none";
}

void add_proof(const VerifiedExport& verified, json& lines) {
  const auto of = fmt::format("{} of {}", counted(verified.receipts, "receipt", "receipts"),
                              counted(verified.orders, "order", "orders"));
  if (verified.proof == ProofKind::none) {
    lines.push_back(
        "  it holds no receipts: signature, prices by its terms and arithmetic were checked; see settle "
        "--itemised and --evidence");
    return;
  }
  if (verified.proof == ProofKind::items) {
    lines.push_back(fmt::format("  {}, by the tracker's signed list, priced by the terms, make up every line", of));
    return;
  }
  lines.push_back(
      fmt::format("  {}: every order, receipt and acknowledgement is signed by its party, and priced by the "
                  "terms they make up every line",
                  of));
  lines.push_back("  which receiver is on-net and which content is live is the tracker's signed word, by its tables");
}

json verified_json(const VerifiedExport& verified) {
  const auto& statement = verified.statement;
  const auto traffic = paid_traffic(statement.charges);
  json lines = {fmt::format("Good: the statement for {}, {}, made {}", statement.isp, statement.period,
                            format_time(statement.made_at)),
                fmt::format("  signed by tracker key {}", verified.tracker_key.hex())};
  for (const auto& agreement : statement.agreements) {
    lines.push_back(
        fmt::format("  priced by agreement {}, {}, as its terms stand in the export: compare them with yours",
                    agreement.id.value, term_text(agreement.from, agreement.until)));
  }
  add_proof(verified, lines);
  for (const auto& total : statement.charges.totals) {
    lines.push_back(
        fmt::format("  due: {} {}", format_minor(total.amount_minor, total.currency), total.currency.str()));
  }
  lines.push_back(fmt::format("  for {} acknowledged bytes ({})", exact_bytes(traffic.acked.value),
                              human_bytes(traffic.acked.value)));
  return {{"ok", true},
          {"result",
           {{"good", true},
            {"tracker_key", verified.tracker_key.hex()},
            {"isp", statement.isp},
            {"period", statement.period},
            {"proof", name_of(verified.proof)},
            {"evidence", verified.proof == ProofKind::evidence},
            {"orders", verified.orders},
            {"receipts", verified.receipts},
            {"acknowledged_bytes", traffic.acked.value},
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
