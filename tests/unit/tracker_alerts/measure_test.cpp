#include "tracker/alerts/measure.h"

#include <doctest/doctest.h>

#include "common/types/ids.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

void check_refused(const Result<Measure>& measure, const std::string& part) {
  REQUIRE_FALSE(measure);
  CHECK(measure.error().kind == ErrorKind::refused);
  CHECK_MESSAGE(measure.error().message.find(part) != std::string::npos, measure.error().message);
}

}  // namespace

TEST_CASE("a measure survives its document") {
  TrafficFilter filter;
  filter.from = "SP1";
  filter.to = "SP2";
  filter.owner = "Größe \"Studio\"";
  filter.content = ContentId{}.hex();
  filter.client = AgentKey{}.hex();
  filter.on_net = false;
  filter.traffic_class = "live";
  const auto measure = Measure::of_traffic(filter, Measured::receipts);
  REQUIRE(measure);
  const auto read = Measure::parse(measure->document());
  REQUIRE(read);
  CHECK(*read == *measure);
  CHECK(read->document() == measure->document());
  CHECK(*read->traffic() == filter);
  CHECK(read->words().starts_with("receipts from SP1, to SP2, owner"));

  const auto all = Measure::of_traffic({});
  CHECK(*Measure::parse(all->document()) == *all);
  const auto object = Measure::of_object("peering with SP2", Measured::unacknowledged_bytes);
  CHECK(*Measure::parse(object->document()) == *object);
  CHECK(object->words() == "unacknowledged bytes of object peering with SP2");
  CHECK_FALSE(*all == *object);
}

TEST_CASE("filters that cannot be measured are refused") {
  const auto with = [](auto set) {
    TrafficFilter filter;
    set(filter);
    return Measure::of_traffic(filter);
  };
  check_refused(with([](auto& f) { f.from = ""; }), "empty");
  check_refused(with([](auto& f) { f.owner = std::string(201, 'x'); }), "longer");
  check_refused(with([](auto& f) { f.owner = "a\r\nBcc: b"; }), "control");
  check_refused(with([](auto& f) { f.content = "abc"; }), "content id");
  check_refused(with([](auto& f) { f.client = std::string(64, 'g'); }), "hexadecimal");
  check_refused(with([](auto& f) { f.traffic_class = "video"; }), "live");
  check_refused(with([](auto& f) {
                  f.component = "router:core1";
                  f.from = "SP1";
                }),
                "owner, content and class only");
  check_refused(with([](auto& f) {
                  f.from = f.to = "SP1";
                  f.on_net = false;
                }),
                "contradict");
  check_refused(Measure::of_object(""), "empty");
  TrafficFilter on_net;
  on_net.on_net = true;
  check_refused(Measure::of_traffic(on_net, Measured::on_net_share), "both on-net and off-net");
  check_refused(Measure::of_object("peering", Measured::on_net_share), "accounting object");
}

TEST_CASE("documents that no measure wrote are refused") {
  check_refused(Measure::parse("no JSON"), "no JSON object");
  check_refused(Measure::parse("[]"), "no JSON object");
  check_refused(Measure::parse("{}"), "'measured' is missing");
  check_refused(Measure::parse(R"({"measured":"receipts"})"), "'traffic' is missing");
  check_refused(Measure::parse(R"({"measured":"smiles","traffic":{}})"), "none of");
  check_refused(Measure::parse(R"({"measured":"receipts","traffic":{"form":"SP1"}})"), "'form' is not known");
  check_refused(Measure::parse(R"({"measured":"receipts","traffic":{"on_net":"yes"}})"), "neither true nor false");
  check_refused(Measure::parse(R"({"measured":"receipts","traffic":{},"object":"x"})"), "'traffic' is not known");
  check_refused(Measure::parse(R"({"measured":"receipts","object":7})"), "no text");
  check_refused(Measure::parse("{\"measured\":\"receipts\",\"object\":\"" + std::string(5000, 'x') + "\"}"), "read");
}
