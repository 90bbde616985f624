// Promise 6: every invoice line can be traced to its receipts, and each of those verified with public keys alone.
#include "tests/unit/tracker_settlement/export_case.h"

namespace waybill::tracker {
namespace {

TEST_CASE("a good export verifies, and says what it proved") {
  const Case good;
  const auto verified = verify_export(good.text(), key_of("tracker").public_key());
  REQUIRE_MESSAGE(verified.has_value(), fault_of(good.text()));
  CHECK(verified->proof == ProofKind::evidence);
  CHECK(verified->orders == 2);
  CHECK(verified->receipts == 3);
  CHECK(verified->statement == good.statement());
  CHECK(statement_of_export(good.text()).value() == good.statement());
  const auto bare = verify_export(settlement_export(key_of("tracker"), good.statement()), std::nullopt);
  REQUIRE(bare.has_value());
  CHECK(bare->proof == ProofKind::none);
  const auto listed = settlement_export(key_of("tracker"), good.statement(), good.items());
  const auto items = verify_export(listed, std::nullopt);
  REQUIRE_MESSAGE(items.has_value(), fault_of(listed));
  CHECK(items->proof == ProofKind::items);
  CHECK(items->receipts == 3);
}

// Every kind of tariff is priced again from the evidence and from the list.
void check_tariff(const std::function<void(Case&)>& change, ChargeKind kind, std::int64_t amount) {
  Case value;
  change(value);
  const auto statement = value.statement();
  CHECK(fault_of(value.text()).empty());
  CHECK(fault_of(settlement_export(key_of("tracker"), statement, value.items())).empty());
  std::int64_t sum = 0;
  for (const auto& line : statement.charges.lines) sum += line.kind == kind ? line.amount_minor : 0;
  CHECK(sum == amount);
  // The tracker signs a byte more on its first line than its receipts prove.
  for (const auto& line : statement.charges.lines) {
    if (line.kind != ChargeKind::volume) continue;
    auto wrong = value;
    wrong.usage.front().acked.value += 1;
    CHECK_FALSE(fault_of(wrong.text()).empty());
    CHECK_FALSE(fault_of(settlement_export(key_of("tracker"), wrong.statement(), value.items())).empty());
    return;
  }
}

TEST_CASE("every kind of tariff verifies with public keys alone") {
  check_tariff([](Case&) {}, ChargeKind::volume, 6 + 12);
  check_tariff(
      [](Case& c) {
        c.agreements[0].tariff.tiers.push_back({{2'000'000}, price("100"), price("200"), std::nullopt, std::nullopt});
      },
      ChargeKind::volume, 6 + 40 + 30);  // live first: 2 MB at 30, 2 MB at 200; then 3 MB at 100
  check_tariff([](Case& c) { c.agreements[0].tariff.minimum = price("7.00"); }, ChargeKind::shortfall, 700 - 18);
  check_tariff(
      [](Case& c) {
        auto& tariff = c.agreements[0].tariff;
        tariff.peak.spans = {{kEveryDay, 12 * 60, 13 * 60}};
        tariff.tiers[0].peak_on_net = price("1000");
        tariff.tiers[0].peak_off_net = price("1000");
      },
      ChargeKind::volume, 300 + 12);
  // One agreement up to noon of the 1st, the next from then on: the orders name the first.
  check_tariff(
      [](Case& c) {
        c.agreements[0].until = sample::kNoon;
        c.agreements.push_back(agreement(2, sample::kNoon));
        c.agreements[1].tariff.tiers[0].on_net = price("1000");
      },
      ChargeKind::volume, 300 + 12);
}

TEST_CASE("a 95th percentile verifies from receipts by 5 minutes") {
  Case value;
  auto& tariff = value.agreements[0].tariff;
  tariff.kind = TariffKind::percentile;
  tariff.tiers.clear();
  tariff.per_megabit = price("100000");
  // In force for half an hour: six samples, of which the largest is the 95th percentile.
  value.agreements[0].until = sample::kNoon + minutes(30);
  value.agreements[0].from = sample::kNoon;
  value.off_net_receipts.clear();
  value.usage.pop_back();
  const auto statement = value.statement();
  REQUIRE(statement.charges.lines.size() == 2);
  CHECK(statement.charges.lines[1].quantity == 3'000'000);
  CHECK(fault_of(value.text()).empty());
  auto wrong = statement;
  wrong.charges.lines[1].quantity += 1'000'000;
  REQUIRE(set_amount(wrong.charges.lines[1]));
  wrong.charges.totals = total_charges(wrong.charges.lines, {}).value();
  CHECK(fault_of(settlement_export(key_of("tracker"), wrong)).empty());
  CHECK(tells(fault_of(settlement_export(key_of("tracker"), wrong, value.evidence())), "percentile line"));
}

TEST_CASE("items that were changed, or are of another statement") {
  const Case good;
  const auto text = settlement_export(key_of("tracker"), good.statement(), good.items());
  auto value = json::parse(text);
  value["items"]["orders"][0]["receipts"][0][2] = 999;
  CHECK(tells(fault_of(value.dump()), "items' signature"));
  value = json::parse(text);
  Case other;
  other.usage.pop_back();
  const auto second = json::parse(settlement_export(key_of("tracker"), other.statement(), other.items()));
  value["items"] = second["items"];
  value["items_signature"] = second["items_signature"];
  CHECK(tells(fault_of(value.dump()), "of another statement"));
  value.erase("items_signature");
  CHECK_FALSE(fault_of(value.dump()).empty());
}

TEST_CASE("another tracker's export is refused where a key is expected") {
  const auto verified = verify_export(Case().text(), key_of("bob").public_key());
  REQUIRE_FALSE(verified.has_value());
  CHECK(tells(verified.error().message, "not by the expected one"));
}

TEST_CASE("figures that were changed after signing") {
  auto value = json::parse(Case().text());
  auto shown = value;
  shown["statement"]["charges"]["lines"][0]["amount_minor"] = 7;
  CHECK(tells(fault_of(shown.dump()), "differs from the signed one"));
  auto text = value["signed"]["text"].get<std::string>();
  text.replace(text.find("MovieStudio"), 11, "MovieStudiO");
  value["signed"]["text"] = text;
  CHECK(tells(fault_of(value.dump()), "statement's signature"));
}

TEST_CASE("figures that the tracker signed but that do not follow") {
  const auto fault = [](const Statement& statement) {
    return fault_of(settlement_export(key_of("tracker"), statement, Case().evidence()));
  };
  auto wrong = Case().statement();
  wrong.charges.lines[0].amount_minor += 1;
  CHECK(tells(fault(wrong), "its figures make"));
  wrong = Case().statement();
  wrong.charges.totals[0].amount_minor += 1;
  CHECK(tells(fault(wrong), "totals"));
  wrong = Case().statement();
  wrong.charges.lines[0].price = price("10");
  CHECK(tells(fault(wrong), "its figures make"));
  REQUIRE(set_amount(wrong.charges.lines[0]));
  wrong.charges.totals = total_charges(wrong.charges.lines, {}).value();
  CHECK(tells(fault(wrong), "by the terms 20"));
  CHECK_FALSE(fault_of(settlement_export(key_of("tracker"), wrong)).empty());
  wrong = Case().statement();
  wrong.agreements.clear();
  CHECK(tells(fault(wrong), "does not carry this agreement"));
  Case more;
  more.usage[0].acked.value += 1;
  CHECK(tells(fault_of(more.text()), "the statement says 3000001 by 2 receipts"));
  // The receipt before the period must not count in it.
  Case before;
  before.usage[2].acked.value += 5'000'000;
  before.usage[2].receipts = 2;
  CHECK(tells(fault_of(before.text()), "make 4000000 by 1 receipts"));
  Case unacknowledged;
  unacknowledged.unacknowledged = 5;
  CHECK(tells(fault_of(unacknowledged.text()), "unacknowledged"));
  unacknowledged.on_net_receipts[1].sent_total += 5;
  CHECK(fault_of(unacknowledged.text()).empty());
  Case of_class;
  of_class.on_net.content_class = ContentClass::live;
  CHECK(tells(fault_of(of_class.text()), "no such line"));
}

TEST_CASE("evidence that does not hold") {
  const auto fault_with = [](const std::function<void(Case&)>& change) {
    Case value;
    change(value);
    return fault_of(value.text());
  };
  CHECK(tells(fault_with([](Case& c) { c.on_net_receipts[1].signed_by = "bob"; }),
              "order number 1: receipt 2: it is not signed by the order's sender"));
  CHECK(tells(fault_with([](Case& c) { c.on_net_receipts[1].acked_by = "alice"; }),
              "receipt 2: its acknowledgement is not signed by the order's receiver"));
  CHECK(
      tells(fault_with([](Case& c) { c.on_net_receipts[1].acked_order = 2; }), "acknowledgement is for another order"));
  CHECK(tells(fault_with([](Case& c) { c.on_net_receipts[1].acked_total = 999'999; }), "acknowledged total falls"));
  CHECK(tells(fault_with([](Case& c) { c.on_net_receipts[1].sequence = 1; }), "sequences do not rise"));
  CHECK(tells(fault_with([](Case& c) { c.on_net_receipts[1].acked_total = 100'000'001; }), "byte limit"));
  CHECK(tells(fault_with([](Case& c) { c.on_net_receipts[1].acknowledgement = ByteString("x"); }), "receipt 2"));
}

TEST_CASE("evidence that was added, doubled, or by another tracker") {
  const Case good;
  auto evidence = good.evidence();
  evidence.push_back(evidence.front());
  const auto fault = [&] { return fault_of(settlement_export(key_of("tracker"), good.statement(), evidence)); };
  CHECK(tells(fault(), "order number 3: it stands in the evidence twice"));
  evidence.pop_back();
  evidence.front().receipts.push_back(evidence.back().receipts.back());
  CHECK(tells(fault(), "order number 1"));
  evidence = good.evidence();
  OrderPlan foreign = good.on_net;
  foreign.number = 9;
  foreign.agreement = {5};
  evidence.push_back(Case::evidence_of(foreign, true, good.on_net_receipts));
  CHECK(tells(fault(), "make 6000000 by 4 receipts"));
  evidence = good.evidence();
  CHECK(tells(fault_of(settlement_export(key_of("bob"), good.statement(), evidence)), "order number 1"));
  evidence.pop_back();
  CHECK(tells(fault(), "make no such line"));
}

TEST_CASE("no single changed byte of the evidence passes") {
  const auto text = Case().text();
  const auto begin = text.find("\"evidence\"");
  REQUIRE(begin != std::string::npos);
  int changed = 0;
  for (auto at = begin; at < text.size(); at += 37) {
    const char c = text[at];
    if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) continue;
    auto copy = text;
    copy[at] = c == '0' ? '1' : '0';
    CHECK_MESSAGE(!fault_of(copy).empty(), at);
    ++changed;
  }
  CHECK(changed > 50);
}

TEST_CASE("what is no export at all is refused in one line") {
  for (const auto* text : {"", "{", "[]", "null", "{\"format\": \"waybill settlement 1\"}",
                           "{\"format\": \"waybill settlement 2\", \"tracker_key\": 5}"}) {
    const auto fault = fault_of(text);
    CHECK_FALSE(fault.empty());
    CHECK(fault.find('\n') == std::string::npos);
  }
  auto value = json::parse(Case().text());
  for (const auto& broken : {json(), json::object(), json(5), json::array({5})}) {
    value["evidence"] = broken;
    CHECK(tells(fault_of(value.dump()), "cannot be read"));
    value["evidence"] = json::object();
    value["evidence"]["orders"] = json::array({broken});
    CHECK(tells(fault_of(value.dump()), "evidence"));
  }
}

}  // namespace
}  // namespace waybill::tracker
