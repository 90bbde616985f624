// Promise 6: every invoice line can be traced to its receipts, and each of those verified with public keys alone.
#include <functional>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/contract/sample_books.h"
#include "tracker/settlement/settlement_export.h"
#include "tracker/settlement/statement_text.h"

namespace waybill::tracker {
namespace {

using nlohmann::json;
using sample::key_of;
using sample::OrderPlan;
using sample::ReceiptPlan;

const TimeWindow kNovember{parse_period("2026-11", "UTC").value()};

// A good receipt that brings its order's totals to `total`.
ReceiptPlan reaching(std::int64_t sequence, std::int64_t before, std::int64_t total, TimeMs end) {
  ReceiptPlan plan;
  plan.sequence = sequence;
  plan.sent = total - before;
  plan.sent_total = total;
  plan.acked_total = total;
  plan.start = end - seconds(10);
  plan.end = end;
  return plan;
}

// Order 1 on-net with two receipts; order 2 off-net of which the first receipt ended before the period.
struct Case {
  OrderPlan on_net;
  OrderPlan off_net;
  std::vector<ReceiptPlan> on_net_receipts;
  std::vector<ReceiptPlan> off_net_receipts;
  std::int64_t on_net_bytes = 3'000'000;
  std::int64_t off_net_bytes = 4'000'000;
  std::int64_t off_net_count = 1;

  Case() {
    on_net.destination_isp = sample::kSp1;
    on_net_receipts = {reaching(1, 0, 1'000'000, sample::kNoon + seconds(60)),
                       reaching(2, 1'000'000, 3'000'000, sample::kNoon + seconds(120))};
    off_net.number = 2;
    off_net.not_before = kNovember.from - minutes(30);
    off_net.not_after = kNovember.from + minutes(30);
    off_net_receipts = {reaching(1, 0, 5'000'000, kNovember.from - seconds(1)),
                        reaching(2, 5'000'000, 9'000'000, kNovember.from)};
  }

  Statement statement() const {
    Statement value;
    value.isp = "SP1";
    value.period = "2026-11";
    value.timezone = "UTC";
    value.window = kNovember;
    const auto euro = Currency::parse("EUR").value();
    const auto line = [&](bool on_net_line, std::int64_t bytes, std::int64_t receipts, const char* price) {
      StatementLine made;
      made.agreement = {1};
      made.on_net = on_net_line;
      made.owner = "MovieStudio";
      made.acked = {bytes};
      made.receipts = receipts;
      made.price_per_gb = parse_money(price, euro).value();
      made.amount_minor = line_amount(made.acked, made.price_per_gb).value();
      return made;
    };
    value.lines = {line(true, on_net_bytes, 2, "20"), line(false, off_net_bytes, off_net_count, "30")};
    value.totals = total_lines(value.lines, {});
    return value;
  }

  static OrderEvidence evidence_of(const OrderPlan& plan, bool is_on_net, const std::vector<ReceiptPlan>& receipts) {
    OrderEvidence made{sample::issue(plan).order.envelope, is_on_net, {}};
    for (const auto& receipt : receipts) made.receipts.push_back(sample::receipt_of(plan, receipt));
    return made;
  }
  std::vector<OrderEvidence> evidence() const {
    return {evidence_of(on_net, true, on_net_receipts), evidence_of(off_net, false, off_net_receipts)};
  }
  std::string text() const { return settlement_export(key_of("tracker"), statement(), evidence()); }
};

std::string fault_of(const std::string& text) {
  const auto verified = verify_export(text, std::nullopt);
  return verified ? "" : verified.error().message;
}

bool tells(const std::string& text, const std::string& part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

TEST_CASE("a good export verifies, and says what it proved") {
  const Case good;
  const auto verified = verify_export(good.text(), key_of("tracker").public_key());
  REQUIRE_MESSAGE(verified.has_value(), fault_of(good.text()));
  CHECK(verified->has_evidence);
  CHECK(verified->orders == 2);
  CHECK(verified->receipts == 3);
  CHECK(verified->statement == good.statement());
  CHECK(statement_of_export(good.text()).value() == good.statement());
  const auto bare = verify_export(settlement_export(key_of("tracker"), good.statement(), std::nullopt), std::nullopt);
  REQUIRE(bare.has_value());
  CHECK_FALSE(bare->has_evidence);
}

TEST_CASE("another tracker's export is refused where a key is expected") {
  const auto verified = verify_export(Case().text(), key_of("bob").public_key());
  REQUIRE_FALSE(verified.has_value());
  CHECK(tells(verified.error().message, "not by the expected one"));
}

TEST_CASE("figures that were changed after signing") {
  auto value = json::parse(Case().text());
  auto shown = value;
  shown["statement"]["lines"][0]["amount_minor"] = 7;
  CHECK(tells(fault_of(shown.dump()), "differs from the signed one"));
  auto text = value["signed"]["text"].get<std::string>();
  text.replace(text.find("MovieStudio"), 11, "MovieStudiO");
  value["signed"]["text"] = text;
  CHECK(tells(fault_of(value.dump()), "statement's signature"));
}

TEST_CASE("figures that the tracker signed but that do not follow") {
  auto wrong = Case().statement();
  wrong.lines[0].amount_minor += 1;
  wrong.totals = total_lines(wrong.lines, {});
  CHECK(tells(fault_of(settlement_export(key_of("tracker"), wrong, Case().evidence())), "line agreement 1 on-net"));
  wrong = Case().statement();
  wrong.totals[0].amount_minor += 1;
  CHECK(tells(fault_of(settlement_export(key_of("tracker"), wrong, Case().evidence())), "totals"));
  Case more;
  more.on_net_bytes += 1;
  CHECK(tells(fault_of(more.text()), "states 3000001 bytes by 2 receipts, the evidence proves 3000000 by 2"));
  // The receipt before the period must not count in it.
  Case before;
  before.off_net_bytes = 9'000'000;
  before.off_net_count = 2;
  CHECK(tells(fault_of(before.text()), "the evidence proves 4000000 by 1"));
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
  CHECK(tells(fault(), "of which no line tells"));
  evidence = good.evidence();
  CHECK(tells(fault_of(settlement_export(key_of("bob"), good.statement(), evidence)), "order number 1"));
  evidence.pop_back();
  CHECK(tells(fault(), "the evidence proves 0 by 0"));
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
  for (const auto* text : {"", "{", "[]", "null", "{\"format\": \"waybill settlement 2\"}",
                           "{\"format\": \"waybill settlement 1\", \"tracker_key\": 5}"}) {
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
