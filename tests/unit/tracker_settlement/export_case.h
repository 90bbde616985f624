#pragma once
// A settlement export as the tracker makes it, in the tests of its verification.
#include <functional>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/contract/sample_books.h"
#include "tracker/settlement/settlement_export.h"
#include "tracker/settlement/statement_text.h"

namespace waybill::tracker {

using nlohmann::json;
using sample::key_of;
using sample::OrderPlan;
using sample::ReceiptPlan;

inline const TimeWindow kNovember{parse_period("2026-11", "UTC").value()};

// A good receipt that brings its order's totals to `total`.
inline ReceiptPlan reaching(std::int64_t sequence, std::int64_t before, std::int64_t total, TimeMs end) {
  ReceiptPlan plan;
  plan.sequence = sequence;
  plan.sent = total - before;
  plan.sent_total = total;
  plan.acked_total = total;
  plan.start = end - seconds(10);
  plan.end = end;
  return plan;
}

inline Money price(const char* text) { return parse_money(text, Currency::parse("EUR").value()).value(); }

inline IspAgreement agreement(std::int64_t id, TimeMs from) {
  IspAgreement value;
  value.id = {id};
  value.isp = "SP1";
  value.from = from;
  value.grant.kind = GrantKind::always;
  value.tariff.currency = Currency::parse("EUR").value();
  value.tariff.tiers = {{{0}, price("20"), price("30"), std::nullopt, std::nullopt}};
  return value;
}

// Order 1 on-net with two receipts; order 2, of live content, off-net, of which the first receipt ended before the
// period.
struct Case {
  OrderPlan on_net;
  OrderPlan off_net;
  std::vector<ReceiptPlan> on_net_receipts;
  std::vector<ReceiptPlan> off_net_receipts;
  std::vector<IspAgreement> agreements{agreement(1, kNovember.from - hours(48))};
  // What the statement is made from, as the accounts would have it.
  std::vector<UsageBucket> usage;
  std::int64_t unacknowledged = 0;

  Case() {
    on_net.destination_isp = sample::kSp1;
    on_net_receipts = {reaching(1, 0, 1'000'000, sample::kNoon + seconds(60)),
                       reaching(2, 1'000'000, 3'000'000, sample::kNoon + seconds(120))};
    off_net.number = 2;
    off_net.content_class = ContentClass::live;
    off_net.not_before = kNovember.from - minutes(30);
    off_net.not_after = kNovember.from + minutes(30);
    off_net_receipts = {reaching(1, 0, 5'000'000, kNovember.from - seconds(1)),
                        reaching(2, 5'000'000, 9'000'000, kNovember.from)};
    usage = {{sample::kNoon + seconds(60), {1}, true, ContentClass::file, "MovieStudio", {1'000'000}, 1},
             {sample::kNoon + seconds(120), {1}, true, ContentClass::file, "MovieStudio", {2'000'000}, 1},
             {kNovember.from, {1}, false, ContentClass::live, "MovieStudio", {4'000'000}, 1}};
  }

  Statement statement() const {
    StatementFacts facts;
    facts.isp.id = {1};
    facts.isp.name = "SP1";
    facts.period = "2026-11";
    facts.window = kNovember;
    facts.agreements = agreements;
    UsageCount count(usage_grain(agreements, kNovember));
    for (const auto& receipt : usage) REQUIRE(count.add(receipt));
    facts.usage = count.usage();
    auto made = make_statement(facts).value();
    if (unacknowledged != 0) made.unacknowledged = {{true, ContentClass::file, "MovieStudio", {unacknowledged}}};
    return made;
  }

  static OrderEvidence evidence_of(const OrderPlan& plan, bool is_on_net, const std::vector<ReceiptPlan>& receipts) {
    OrderEvidence made{sample::issue(plan).order.envelope, is_on_net, plan.content_class, {}};
    for (const auto& receipt : receipts) made.receipts.push_back(sample::receipt_of(plan, receipt));
    return made;
  }
  std::vector<OrderEvidence> evidence() const {
    return {evidence_of(on_net, true, on_net_receipts), evidence_of(off_net, false, off_net_receipts)};
  }
  // The same as a list.
  std::vector<ItemisedOrder> items() const {
    std::vector<ItemisedOrder> list;
    for (const auto& one : usage) {
      list.push_back({"c-1",
                      "c-2",
                      one.agreement,
                      one.on_net,
                      one.content_class,
                      one.owner,
                      {{one.start, one.start, one.acked, {one.acked.value}}}});
    }
    return list;
  }
  std::string text() const { return settlement_export(key_of("tracker"), statement(), evidence()); }
};

inline std::string fault_of(const std::string& text) {
  const auto verified = verify_export(text, std::nullopt);
  return verified ? "" : verified.error().message;
}

inline bool tells(const std::string& text, const std::string& part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

}  // namespace waybill::tracker
