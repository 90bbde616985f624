// Traces a destination with the agent's own tracer and prints the path as JSON: what the lab's tests compare with the
// lab. Usage: trace_probe DESTINATION [NAMES]: waits until at least NAMES hops have their reverse DNS name, or 60 s.
#include <cstdio>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "agent/path/path_tracer.h"

namespace {

using waybill::IpAddress;
using waybill::protocol::HopSide;
using waybill::protocol::Path;

constexpr auto kNameWait = waybill::seconds(60);

const char* side_name(HopSide side) {
  switch (side) {
    case HopSide::network:
      return "network";
    case HopSide::customer:
      return "customer";
    case HopSide::receiver:
      return "receiver";
  }
  return "";
}

nlohmann::json to_json(const Path& path) {
  auto hops = nlohmann::json::array();
  for (const auto& hop : path.hops) {
    hops.push_back({{"ttl", hop.ttl},
                    {"address", hop.address ? nlohmann::json(hop.address->str()) : nlohmann::json()},
                    {"rtt_us", hop.rtt_us},
                    {"side", side_name(hop.side)},
                    {"name", hop.name}});
  }
  return {{"method", path.method == waybill::protocol::PathMethod::trace ? "trace" : "none"},
          {"source", path.source.str()},
          {"destination", path.destination.str()},
          {"complete", path.complete},
          {"hops", std::move(hops)}};
}

class Probe {
 public:
  Probe(const IpAddress& destination, int names) : destination_(destination), names_wanted_(names) {}

  void run() {
    loop_.post([this] { tracer_.trace({}, destination_, [this](Path path) { traced(std::move(path)); }); });
    loop_.run();
  }

 private:
  void traced(Path path) {
    path_ = std::move(path);
    deadline_ = clock_.monotonic() + kNameWait;
    look();
  }

  void look() {
    if (auto latest = tracer_.latest({}, destination_)) path_ = std::move(*latest);
    int named = 0;
    for (const auto& hop : path_.hops) named += hop.name.empty() ? 0 : 1;
    if (named >= names_wanted_ || clock_.monotonic() >= deadline_) {
      std::puts(to_json(path_).dump().c_str());
      loop_.stop();
      return;
    }
    timer_ = loop_.after({20}, [this] { look(); });
  }

  IpAddress destination_;
  int names_wanted_;
  waybill::runtime::SystemClock clock_;
  waybill::runtime::EventLoop loop_{"trace-probe"};
  waybill::runtime::Timer timer_;
  waybill::agent::PathTracer tracer_{loop_, clock_};
  Path path_;
  waybill::DurationMs deadline_;
};

}  // namespace

int main(int argc, char** argv) {
  const auto destination = IpAddress::parse(argc > 1 ? argv[1] : "");
  if (argc < 2 || argc > 3 || !destination) {
    std::fprintf(stderr, "usage: %s DESTINATION [NAMES]\n", argv[0]);
    return 2;
  }
  Probe(*destination, argc > 2 ? std::atoi(argv[2]) : 0).run();
  return 0;
}
