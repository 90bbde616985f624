#include <map>

#include <fmt/format.h>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/ledger/books.h"
#include "tracker/settlement/settlement_export.h"

namespace waybill::tracker {

namespace {

// The signed statement states one price per GB on-net and one off-net; terms that say more are stated by `period show`.
Status check_plain(AdministrationContext& context, const Isp& isp, const TimeWindow& window) {
  const auto terms = isp_agreements(context.store, isp);
  if (!terms) return tl::make_unexpected(terms.error());
  for (const auto& agreement : *terms) {
    if (agreement.from >= window.until || (agreement.until && *agreement.until <= window.from)) continue;
    if (!agreement.tariff.monthly() && agreement.tariff.peak.empty()) continue;
    return refuse(
        fmt::format("agreement {} has tiers, peak hours, a minimum or a percentile: `waybill-tracker period "
                    "show --isp {} PERIOD` states what is owed by it",
                    agreement.id.value, isp.name));
  }
  return {};
}

Result<Statement> statement_of(AdministrationContext& context, const Isp& isp, const std::string& period,
                               const TimeWindow& window) {
  StatementFacts facts;
  facts.isp = isp;
  facts.period = period;
  facts.window = window;
  facts.made_at = context.clock.now();
  auto agreements = context.store.registry().agreements();
  if (!agreements) return pass_on(agreements);
  for (auto& agreement : *agreements) {
    if (agreement.isp == isp.id) facts.agreements.push_back(std::move(agreement));
  }
  AccountQuery query;
  query.from = isp.id;
  query.since = window.from;
  query.until = window.until;
  query.group_by = statement_grouping();
  auto sums = context.store.accounts().query(query);
  if (!sums) return pass_on(sums);
  facts.sums = std::move(*sums);
  auto refused = context.store.evidence().refusals({isp.id, window.from, window.until});
  if (!refused) return pass_on(refused);
  facts.refused = std::move(*refused);
  return make_statement(facts);
}

// The orders of which a receipt counts in the window, each with all its receipts up to the last one that does.
class EvidenceCollector {
 public:
  EvidenceCollector(Evidence& evidence, IspId isp, TimeWindow window)
      : evidence_(evidence), isp_(isp), window_(window) {}

  Result<std::vector<OrderEvidence>> collect() {
    if (auto ok = find_orders(); !ok) return pass_on(ok);
    std::vector<OrderEvidence> result;
    for (auto& [order, found] : orders_) {
      if (auto ok = add_chain(order, found); !ok) return pass_on(ok);
      result.push_back(std::move(found.evidence));
    }
    return result;
  }

 private:
  struct Found {
    std::int64_t last_sequence = 0;
    OrderEvidence evidence;
  };

  Status find_orders() {
    ReceiptQuery query;
    query.source_isp = isp_;
    query.since = window_.from;
    query.until = window_.until;
    return evidence_.each_receipt(query, [this](const StoredReceipt& receipt) -> Status {
      if (receipt.facts.cdn_node) return {};
      if (auto ok = count_one(); !ok) return ok;
      auto& found = orders_[receipt.id.order];
      found.last_sequence = std::max(found.last_sequence, receipt.id.sequence);
      found.evidence.order = receipt.order_envelope;
      found.evidence.on_net = receipt.facts.on_net;
      return {};
    });
  }

  Status add_chain(const OrderId& order, Found& found) {
    ReceiptQuery query;
    query.order = order;
    return evidence_.each_receipt(query, [&](const StoredReceipt& receipt) -> Status {
      if (receipt.id.sequence > found.last_sequence) return {};
      const bool outside = receipt.end < window_.from || receipt.end >= window_.until;
      if (outside) {
        if (auto ok = count_one(); !ok) return ok;
      }
      found.evidence.receipts.push_back(receipt.envelope);
      return {};
    });
  }

  Status count_one() {
    if (++receipts_ <= kMaxEvidenceReceipts) return {};
    return refuse(
        fmt::format("more than {} receipts stand behind this statement: export its evidence by shorter "
                    "periods, such as --period 2026-11-23",
                    kMaxEvidenceReceipts));
  }

  Evidence& evidence_;
  IspId isp_;
  TimeWindow window_;
  std::map<OrderId, Found> orders_;
  std::int64_t receipts_ = 0;
};

}  // namespace

Result<Answer> settle(AdministrationContext& context, Arguments& arguments) {
  const auto name = arguments.required("isp");
  const auto period = arguments.required("period");
  const bool with_evidence = arguments.flag("evidence");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto isp = context.store.registry().find_isp(name);
  if (!isp) return pass_on(isp);
  const auto window = parse_period(period, isp->timezone);
  if (!window) return pass_on(window.error(), "--period");
  if (auto plain = check_plain(context, *isp, *window); !plain) return pass_on(plain);
  auto statement = statement_of(context, *isp, period, *window);
  if (!statement) return pass_on(statement);
  std::optional<std::vector<OrderEvidence>> evidence;
  if (with_evidence) {
    auto collected = EvidenceCollector(context.store.evidence(), isp->id, *window).collect();
    if (!collected) return pass_on(collected);
    evidence = std::move(*collected);
  }
  Answer answer;
  answer.result = nlohmann::json::parse(settlement_export(context.key, *statement, evidence));
  return answer;
}

}  // namespace waybill::tracker
