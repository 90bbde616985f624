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
