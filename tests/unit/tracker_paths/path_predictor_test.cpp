#include "tracker/paths/path_predictor.h"

#include <doctest/doctest.h>

using namespace waybill;
using namespace waybill::tracker;

namespace {

constexpr TimeMs kNow{1'794'052'800'000};

PathEnd end(std::int64_t isp, const std::string& address) { return {IspId{isp}, *IpAddress::parse(address)}; }

std::shared_ptr<const ResolvedPath> path(const std::string& through) {
  auto made = std::make_shared<ResolvedPath>();
  PathComponent component;
  component.key = "router:" + through;
  made->components.push_back(component);
  made->printed = through;
  return made;
}

struct Predictor : PathPredictor {
  Predictor() : PathPredictor([](IspId isp) { return "SP" + std::to_string(isp.value); }) {}
  std::string through(const PathEnd& from, const PathEnd& to, TimeMs at = kNow) {
    return predict(from, to, at).path->printed;
  }
  PredictionBasis basis(const PathEnd& from, const PathEnd& to, TimeMs at = kNow) {
    return predict(from, to, at).basis;
  }
};

const auto a = end(1, "10.1.1.5");
const auto a_neighbour = end(1, "10.1.1.200");
const auto a_elsewhere = end(1, "10.1.2.5");
const auto b = end(2, "10.2.1.5");
const auto b_elsewhere = end(2, "10.2.9.5");

}  // namespace

TEST_CASE("without evidence the two ISPs alone are predicted, by the keys of measured paths") {
  Predictor predictor;
  const auto keys = [&](const PathEnd& from, const PathEnd& to) {
    std::string text;
    for (const auto& component : predictor.predict(from, to, kNow).path->components) text += component.key + " ";
    return text;
  };
  CHECK(keys(a, b) == "isp:SP1 inter-isp-link:SP1>SP2 isp:SP2 ");
  CHECK(keys(a, a_neighbour) == "isp:SP1 ");
  CHECK(keys(end(0, "10.9.1.1"), b) == "isp:SP2 ");
  CHECK(predictor.basis(a, b) == PredictionBasis::isps_alone);
  CHECK(predictor.predict(a, a_neighbour, kNow).path->on_net);
}

TEST_CASE("where nothing was measured, the routing table's way between the ISPs is predicted, else the two alone") {
  const auto names = [](IspId isp) { return "SP" + std::to_string(isp.value); };
  int asked = 0;
  PathPredictor predictor(names, [&](IspId from, IspId to) {
    ++asked;
    if (to == IspId{9}) return std::vector<RoutedIsp>{{IspId{7}, false}, {to, false}};  // begins elsewhere
    return std::vector<RoutedIsp>{{from, false}, {IspId{3}, false}, {to, true}};
  });
  const auto predicted = predictor.predict(a, b, kNow);
  CHECK(predicted.basis == PredictionBasis::routes);
  CHECK(predicted.path->isps == std::vector{IspId{1}, IspId{3}, IspId{2}});
  const auto& components = predicted.path->components;
  REQUIRE(components.size() == 5);
  CHECK(components[1].key == "inter-isp-link:SP1>SP3");
  CHECK_FALSE(components[1].inferred);
  CHECK(components[3].key == "inter-isp-link:SP3>SP2");
  CHECK(components[3].inferred);
  predictor.predict(a_elsewhere, b_elsewhere, kNow);
  CHECK(asked == 1);  // kept for each two ISPs
  CHECK(predictor.predict(a, a_neighbour, kNow).basis == PredictionBasis::isps_alone);
  CHECK(predictor.predict(a, end(9, "10.9.1.1"), kNow).basis == PredictionBasis::isps_alone);
  predictor.learn(a, b, path("one"), kNow);
  CHECK(predictor.predict(a, b, kNow).basis == PredictionBasis::neighbourhoods);
  predictor.forget();
  CHECK(predictor.predict(a, b, kNow).basis == PredictionBasis::routes);
}

TEST_CASE("the nearest evidence is taken, down to the ISP pair") {
  Predictor predictor;
  CHECK(predictor.learn(a, b, path("one"), kNow));
  CHECK(predictor.through(a_neighbour, b) == "one");
  CHECK(predictor.basis(a_neighbour, b) == PredictionBasis::neighbourhoods);
  CHECK(predictor.basis(a, b_elsewhere) == PredictionBasis::source_neighbourhood);
  CHECK(predictor.basis(a_elsewhere, b) == PredictionBasis::isp_pair);
  CHECK(predictor.basis(b, a) == PredictionBasis::isps_alone);  // the way back is another way
  predictor.learn(a_elsewhere, b, path("two"), kNow + minutes(1));
  CHECK(predictor.through(a, b) == "one");
  CHECK(predictor.through(a_elsewhere, b) == "two");
  CHECK(predictor.through(end(1, "10.1.7.7"), b) == "two");  // the latest of the pair
  // IPv6 neighbours share a /48.
  predictor.learn(end(1, "2001:db8:1::5"), end(2, "2001:db8:2::5"), path("six"), kNow + minutes(2));
  CHECK(predictor.through(end(1, "2001:db8:1:9::7"), end(2, "2001:db8:2:3::1")) == "six");
}

TEST_CASE("it tells whether anything changed, and old or unmeasured paths teach nothing") {
  Predictor predictor;
  CHECK(predictor.learn(a, b, path("one"), kNow));
  CHECK_FALSE(predictor.learn(a, b, path("one"), kNow + minutes(1)));
  CHECK_FALSE(predictor.learn(a, b, path("late"), kNow));  // a receipt that was held back
  CHECK(predictor.through(a, b) == "one");
  CHECK(predictor.learn(a, b, path("two"), kNow + minutes(2)));
  CHECK_FALSE(predictor.learn(a, b, std::make_shared<ResolvedPath>(), kNow + minutes(3)));
  CHECK_FALSE(predictor.learn(a, b, nullptr, kNow + minutes(3)));
  CHECK(predictor.through(a, b) == "two");
  CHECK(predictor.basis(a, b, kNow + minutes(3) + PathPredictor::kOldest) == PredictionBasis::isps_alone);
  // What was too old to be told is news again.
  CHECK(predictor.learn(a, b, path("two"), kNow + minutes(3) + PathPredictor::kOldest));
  predictor.forget();
  CHECK(predictor.basis(a, b) == PredictionBasis::isps_alone);
}
