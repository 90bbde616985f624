#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/recipient_json.h"
#include "tracker/ledger/books.h"
#include "tracker/ledger/usage_reading.h"
#include "tracker/settlement/settlement_export.h"

namespace waybill::tracker {

namespace {

Result<Statement> statement_of(AdministrationContext& context, const Isp& isp, const std::string& period,
                               const TimeWindow& window) {
  StatementFacts facts;
  facts.isp = isp;
  facts.period = period;
  facts.window = window;
  facts.made_at = context.clock.now();
  auto agreements = isp_agreements(context.store, isp);
  if (!agreements) return pass_on(agreements);
  facts.agreements = std::move(*agreements);
  auto usage = isp_usage(context.store, isp.id, window, usage_grain(facts.agreements, window));
  if (!usage) return pass_on(usage);
  facts.usage = std::move(*usage);
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

Status check_count(std::int64_t receipts) {
  if (receipts <= kMaxEvidenceReceipts) return {};
  return refuse(
      fmt::format("more than {} receipts stand behind this statement: export it by shorter periods, such as --period "
                  "2026-11-23, where its terms are not of the whole month",
                  kMaxEvidenceReceipts));
}

// The receipts that count in the window, clients under the ISP's pseudonyms.
Result<std::vector<ItemisedOrder>> itemise(AdministrationContext& context, const Isp& isp, const TimeWindow& window) {
  const auto names = pseudonyms_for(context.store, {PartyKind::isp, isp.name});
  if (!names) return tl::make_unexpected(names.error());
  std::map<OrderId, ItemisedOrder> orders;
  std::int64_t receipts = 0;
  ReceiptQuery query;
  query.source_isp = isp.id;
  query.since = window.from;
  query.until = window.until;
  const auto read = context.store.evidence().each_receipt(query, [&](const StoredReceipt& receipt) -> Status {
    const auto& facts = receipt.facts;
    if (facts.cdn_node) return {};
    if (auto ok = check_count(++receipts); !ok) return ok;
    auto& order = orders[receipt.id.order];
    if (order.receipts.empty()) {
      order = {names->of(facts.sender),
               names->of(facts.receiver),
               facts.agreement,
               facts.on_net,
               facts.content_class,
               facts.owner,
               {},
               facts.unacknowledged};
    }
    order.receipts.push_back({receipt.start, receipt.end, receipt.acked, receipt.sent});
    return {};
  });
  if (!read) return tl::make_unexpected(read.error());
  std::vector<ItemisedOrder> items;
  for (auto& [id, order] : orders) items.push_back(std::move(order));
  // Ids of orders would tie the lists of several recipients together; so would their order.
  std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) {
    return std::tie(a.receipts.front().end.value, a.sender, a.receiver) <
           std::tie(b.receipts.front().end.value, b.sender, b.receiver);
  });
  return items;
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
      found.evidence.content_class = receipt.facts.content_class;
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

  Status count_one() { return check_count(++receipts_); }

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
  const bool itemised = arguments.flag("itemised");
  if (with_evidence && itemised) {
    arguments.fault("itemised", "is for the ISP, --evidence for an auditor: write two files");
  }
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto isp = context.store.registry().find_isp(name);
  if (!isp) return pass_on(isp);
  const auto window = parse_period(period, isp->timezone);
  if (!window) return pass_on(window.error(), "--period");
  auto statement = statement_of(context, *isp, period, *window);
  if (!statement) return pass_on(statement);
  std::string text;
  if (with_evidence) {
    const auto evidence = EvidenceCollector(context.store.evidence(), isp->id, *window).collect();
    if (!evidence) return tl::make_unexpected(evidence.error());
    text = settlement_export(context.key, *statement, *evidence);
  } else if (itemised) {
    const auto items = itemise(context, *isp, *window);
    if (!items) return tl::make_unexpected(items.error());
    text = settlement_export(context.key, *statement, *items);
  } else {
    text = settlement_export(context.key, *statement);
  }
  Answer answer;
  answer.result = nlohmann::json::parse(text);
  return answer;
}

}  // namespace waybill::tracker
