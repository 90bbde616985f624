// Bench `select`: source decisions a second of one thread's time, with 100,000 agents online of which 1,000, 10,000 or
// 50,000 hold the content. Prints each rate, its ratio to the target of 100,000 a second, and how the rate changes with
// the number of holders; and the rate under 100 capacity policies. `--toy` runs a hundredth of it, so that it does not
// rot. Never fails for being slow.
#include <cstdio>
#include <cstring>
#include <ctime>
#include <vector>

#include "tracker/coordinator/candidate_sampling.h"
#include "tracker/coordinator/coordinator.h"
#include "tracker/coordinator/policy_ledger.h"
#include "tracker/coordinator/policy_routes.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

constexpr double kTarget = 100'000;
constexpr int kIsps = 200;

template <typename Id>
Id id_of(std::uint64_t number, unsigned char kind) {
  Id id;
  // Spread over all bytes, as keys and hashes are.
  for (std::size_t i = 0; i < Id::kSize; i += 8) {
    number = (number + 0x9e3779b97f4a7c15ull) * 0xbf58476d1ce4e5b9ull;
    number ^= number >> 29;
    std::memcpy(id.bytes.data() + i, &number, std::min<std::size_t>(8, Id::kSize - i));
  }
  id.bytes.back() = kind;
  return id;
}

AgentFacts agent_facts(std::uint64_t number, bool holds, const ContentId& content) {
  AgentFacts facts;
  facts.key = id_of<AgentKey>(number, 1);
  facts.connection = number + 1;
  facts.address = IpAddress::from_v4(0x0a000000u + static_cast<std::uint32_t>(number));
  facts.transfer_port = 6881;
  facts.sharing.consented = number % 10 != 9;  // one of ten does not share
  facts.library.push_back({id_of<ContentId>(number % 1000, 3), 100, 100});
  if (holds) facts.library.push_back({content, static_cast<std::int64_t>(1 + number % 256), 256});
  return facts;
}

// Processor time of this thread: what one thread can do, whoever else shares the machine.
double thread_seconds() {
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

struct Setting {
  std::uint64_t agents;
  std::uint64_t holders;
  std::uint64_t decisions;
  int policies = 0;
};

std::string isp_name(IspId isp) { return "SP" + std::to_string(isp.value); }

// Policies as an operator of 200 ISPs may have them: on borders, on aggregates, on routers; bytes and rates.
std::vector<CapacityPolicy> some_policies(int count, runtime::Random& random) {
  std::vector<CapacityPolicy> policies;
  for (int i = 1; i <= count; ++i) {
    CapacityPolicy policy;
    policy.id = {i};
    policy.isp = {static_cast<std::int64_t>(1 + random.below(kIsps))};
    const auto other = isp_name({static_cast<std::int64_t>(1 + random.below(kIsps))});
    policy.subject = i % 5 == 0   ? PolicySubject::isp_out
                     : i % 5 == 1 ? PolicySubject::isp_into
                                  : PolicySubject::component;
    policy.component = i % 5 == 2 ? "router:core" + std::to_string(policy.isp.value)
                                  : "inter-isp-link:" + isp_name(policy.isp) + ">" + other;
    if (i % 2 == 0) {
      policy.rate = {1'000'000'000};
    } else {
      policy.bytes = {1'000'000'000'000'000};
    }
    policies.push_back(policy);
  }
  return policies;
}

// What the coordinator's own gate does, for one receiver.
class BenchGate final : public PolicyGate {
 public:
  BenchGate(PolicyLedger& ledger, PolicyRoutes& routes) : ledger_(ledger), routes_(routes) { request_.owner = "owner"; }
  void direct(AgentIndex receiver) { receiver_ = receiver; }
  bool open(AgentIndex source, bool cdn_node) const override {
    const auto& touched = routes_.touched(source, receiver_, ledger_.index(), {});
    auto request = request_;
    request.cdn_node = cdn_node;
    return touched.empty() || !ledger_.admit(touched, request).blocking;
  }

 private:
  PolicyLedger& ledger_;
  PolicyRoutes& routes_;
  PolicyRequest request_;
  AgentIndex receiver_ = 0;
};

// Measured paths between neighbourhoods, each through its sender's ISP's core router.
void teach(PolicyRoutes& routes, const SwarmState& swarm, std::uint64_t paths, runtime::Random& random) {
  for (std::uint64_t i = 0; i < paths; ++i) {
    const auto& from = swarm.agent(static_cast<AgentIndex>(random.below(swarm.places())));
    const auto& to = swarm.agent(static_cast<AgentIndex>(random.below(swarm.places())));
    auto path = std::make_shared<ResolvedPath>();
    path->printed = "measured";
    for (const auto& key :
         {"isp:" + isp_name(from.isp), "router:core" + std::to_string(from.isp.value),
          "inter-isp-link:" + isp_name(from.isp) + ">" + isp_name(to.isp), "isp:" + isp_name(to.isp)}) {
      PathComponent component;
      component.key = key;
      path->components.push_back(component);
    }
    routes.learn({from.isp, from.address}, {to.isp, to.address}, path, {});
  }
}

double measure_selection(const Setting& setting) {
  SwarmState swarm;
  runtime::Random random(7);
  const auto content = id_of<ContentId>(0, 2);
  for (std::uint64_t i = 0; i < setting.agents; ++i) {
    const bool holds = random.below(setting.agents) < setting.holders;
    swarm.add_agent(agent_facts(i, holds, content), IspId{static_cast<std::int64_t>(1 + random.below(kIsps))}, {});
  }
  AgentFacts node = agent_facts(setting.agents, true, content);
  node.role = protocol::AgentRole::cdn_node;
  node.sharing.consented = true;
  swarm.add_agent(node, IspId{1}, {});
  for (int isp = 1; isp <= kIsps; ++isp) {  // a third grants nothing
    swarm.set_spendable(IspId{isp}, isp % 3 == 0 ? 0 : kUnlimitedBytes);
  }
  PolicyLedger ledger;
  PolicyRoutes routes(isp_name, {});
  BenchGate gate(ledger, routes);
  if (setting.policies > 0) {
    for (AgentIndex i = 0; i < swarm.places(); ++i) routes.place(i, swarm.agent(i).isp, swarm.agent(i).address);
    teach(routes, swarm, setting.agents / 5, random);
    ledger.replace(some_policies(setting.policies, random), {});
  }
  std::vector<Candidate> chosen;
  std::uint64_t sources = 0;
  const auto start = thread_seconds();
  for (std::uint64_t i = 0; i < setting.decisions; ++i) {
    SelectionRequest request;
    request.content = content;
    request.receiver = static_cast<AgentIndex>(random.below(setting.agents));
    request.needs.peers = 7;
    gate.direct(request.receiver);
    if (setting.policies > 0) request.policies = &gate;
    sources += select_sources(swarm, request, random, chosen);
  }
  const auto rate = static_cast<double>(setting.decisions) / (thread_seconds() - start);
  std::printf(
      "select  %7llu agents  %6llu holders  %3d policies  %9.0f decisions/s  %5.2f of target  %.2f sources each\n",
      static_cast<unsigned long long>(setting.agents), static_cast<unsigned long long>(setting.holders),
      setting.policies, rate, rate / kTarget, static_cast<double>(sources) / static_cast<double>(setting.decisions));
  return rate;
}

// The whole of a request: the decision, eight orders with their terms, the log line with its reasons, and the end of
// it all. Signing and storing are the app's.
void measure_requests(const Setting& setting) {
  const auto content = id_of<ContentId>(0, 2);
  std::uint64_t orders = 0;
  CoordinatorOptions options;
  options.new_order_id = [&orders] { return id_of<OrderId>(++orders, 4); };
  Coordinator coordinator(options, runtime::Random(7));
  RegistryTables tables;
  for (int isp = 1; isp <= kIsps; ++isp) {
    tables.isps.push_back({IspId{isp}, "SP" + std::to_string(isp), {}, "UTC", {}});
    Grant grant;
    grant.kind = isp % 3 == 0 ? GrantKind::none : GrantKind::always;
    tables.agreements.push_back({AgreementId{isp}, IspId{isp}, {}, std::nullopt, grant, {}});
  }
  tables.contents.push_back(
      {content, "owner", "title", ContentClass::file, {256 << 18}, {1 << 18}, 256, {}, {}, std::nullopt});
  tables.isp_of = [](const IpAddress& address) {
    return IspId{1 + (address.bytes[15] * 256 + address.bytes[14]) % kIsps};
  };
  const TimeMs now{1'000'000};
  coordinator.registry_changed(tables, now);
  runtime::Random random(9);
  for (std::uint64_t i = 0; i < setting.agents; ++i) {
    coordinator.agent_connected(agent_facts(i, random.below(setting.agents) < setting.holders, content), now);
  }
  const auto start = thread_seconds();
  const auto requests = setting.decisions / 20;
  for (std::uint64_t i = 0; i < requests; ++i) {
    const auto receiver = id_of<AgentKey>(random.below(setting.agents), 1);
    coordinator.want(receiver, {content, 0, false}, now);
    coordinator.give_up(receiver, content, now);
  }
  std::printf("request %7llu agents  %6llu holders  %9.0f requests/s  (decision, orders, log line, revocation)\n",
              static_cast<unsigned long long>(setting.agents), static_cast<unsigned long long>(setting.holders),
              static_cast<double>(requests) / (thread_seconds() - start));
}

}  // namespace

int main(int argc, char** argv) {
  const bool toy = argc > 1 && std::strcmp(argv[1], "--toy") == 0;
  const std::uint64_t scale = toy ? 100 : 1;
  double first = 0;
  double last = 0;
  for (const std::uint64_t holders : {1'000, 10'000, 50'000}) {
    last = measure_selection({100'000 / scale, holders / scale, 400'000 / scale});
    if (first == 0) first = last;
  }
  std::printf("select  rate with 50,000 holders over rate with 1,000: %.2f (target: not growing with holders)\n",
              last / first);
  const auto without = measure_selection({100'000 / scale, 10'000 / scale, 400'000 / scale});
  const auto with = measure_selection({100'000 / scale, 10'000 / scale, 400'000 / scale, 100});
  std::printf("select  rate under 100 policies over rate without: %.2f\n", with / without);
  measure_requests({100'000 / scale, 10'000 / scale, 400'000 / scale});
  return 0;
}
