// What stock clients got, in a settlement: on the senders' word alone.
#include "tests/unit/tracker_settlement/export_case.h"

namespace waybill::tracker {
namespace {

// With order 3, to a stock client, of which nothing is acknowledged.
struct StockCase : Case {
  OrderPlan stock;
  std::vector<ReceiptPlan> stock_receipts;

  StockCase() {
    stock.number = 3;
    stock.destination_isp = sample::kSp1;
    stock.stock = true;
    for (const std::int64_t sequence : {1, 2}) {
      auto plan =
          reaching(sequence, 3'000'000 * (sequence - 1), 3'000'000 * sequence, sample::kNoon + seconds(60 * sequence));
      plan.acked_total = std::nullopt;
      stock_receipts.push_back(plan);
      usage.push_back({plan.end, {1}, true, ContentClass::file, "MovieStudio", {}, 0, {plan.sent}, 1});
    }
    unacknowledged = 6'000'000;
  }
  std::string proven() const {
    auto all = evidence();
    all.push_back(evidence_of(stock, true, stock_receipts));
    return settlement_export(key_of("tracker"), statement(), all);
  }
  // `marked`: says of the order that nobody acknowledges.
  std::string listed(bool marked) const {
    auto list = items();
    list.resize(list.size() - stock_receipts.size());
    ItemisedOrder order{"c-1", "c-3", {1}, true, ContentClass::file, "MovieStudio", {}, marked};
    for (const auto& plan : stock_receipts) order.receipts.push_back({plan.start, plan.end, {}, {plan.sent}});
    list.push_back(order);
    return settlement_export(key_of("tracker"), statement(), list);
  }
};

TEST_CASE("what a stock client got verifies, priced where the terms have a price for it and free where not") {
  StockCase value;
  CHECK(fault_of(value.proven()).empty());
  CHECK(fault_of(value.listed(true)).empty());
  CHECK(value.statement().charges.lines.size() == 2);
  value.agreements[0].tariff.unacknowledged = {price("5"), price("7")};
  const auto lines = value.statement().charges.lines;
  REQUIRE(lines.size() == 3);
  CHECK(lines[2].kind == ChargeKind::unacknowledged_volume);
  CHECK(lines[2].quantity == 6'000'000);
  CHECK(lines[2].receipts == 2);
  CHECK(lines[2].amount_minor == 3);
  CHECK_MESSAGE(fault_of(value.proven()).empty(), fault_of(value.proven()));
  CHECK_MESSAGE(fault_of(value.listed(true)).empty(), fault_of(value.listed(true)));
  CHECK(tells(fault_of(value.listed(false)), "the receipts, priced by the terms, make 3000000 by 4 receipts"));
  // The tracker bills a byte more than its senders said.
  value.usage.back().unacknowledged.value += 1;
  CHECK(tells(fault_of(value.proven()), "the receipts, priced by the terms, make 6000000 by 2 receipts"));
  value.usage.back().unacknowledged.value -= 1;
  value.stock_receipts.back().acked_total = 1;
  CHECK_FALSE(fault_of(value.proven()).empty());
}

}  // namespace
}  // namespace waybill::tracker
