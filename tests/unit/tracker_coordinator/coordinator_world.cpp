#include "coordinator_world.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace waybill::tracker::test {
namespace {

CoordinatorOptions with_ids(CoordinatorOptions options) {
  options.new_order_id = [next = 0u]() mutable { return numbered<OrderId>(++next, 3); };
  return options;
}

}  // namespace

World::World(CoordinatorOptions options) : coordinator(with_ids(std::move(options)), runtime::Random(1)) {
  tables.isps = {isp(1), isp(2), isp(3)};
  tables.agreements = {agreement(1, {GrantKind::always, 0, 0, {}, QuotaPeriod::month}),
                       agreement(2, {GrantKind::hours, 18 * 60, 24 * 60, {}, QuotaPeriod::month}),
                       agreement(3, {GrantKind::none, 0, 0, {}, QuotaPeriod::month})};
  tables.contents = {
      {content, "owner", "film", ContentClass::file, {100 * kPiece}, {kPiece}, 100, {}, {}, std::nullopt}};
  tables.isp_of = [](const IpAddress& address) {
    const int second = address.bytes[13];
    return IspId{second <= 3 ? second : 0};
  };
  registry();
  clear();
}

void World::registry() { take(coordinator.registry_changed(tables, now)); }

void World::clear() {
  issued.clear();
  revoked.clear();
  refused.clear();
  failures.clear();
  log.clear();
}

void World::take(Actions actions) {
  for (auto& action : actions) {
    if (auto* issue = std::get_if<IssueOrder>(&action)) issued.push_back(*issue);
    if (auto* revoke = std::get_if<RevokeOrder>(&action)) revoked.push_back(*revoke);
    if (auto* refuse_want = std::get_if<RefuseWant>(&action)) refused.push_back(*refuse_want);
    if (auto* failure = std::get_if<RecordFailure>(&action)) failures.push_back(*failure);
    if (auto* line = std::get_if<LogLine>(&action)) log.push_back(line->text);
  }
  REQUIRE(coordinator.audit() == "");
}

AgentFacts World::facts(const std::string& name, int isp, std::int64_t pieces, int slots) {
  ++next_;
  if (!keys_.contains(name)) keys_[name] = numbered<AgentKey>(next_, 1);
  AgentFacts facts;
  facts.key = keys_[name];
  facts.connection = next_;
  facts.name = name;
  facts.role = name.starts_with("cdn") ? protocol::AgentRole::cdn_node : protocol::AgentRole::client;
  facts.address = IpAddress::from_v4(0x0a000000u + static_cast<unsigned>(isp << 16) + next_);
  facts.transfer_port = 6881;
  facts.sharing = {true, {}, slots};
  if (pieces > 0) facts.library.push_back({content, pieces, 100});
  return facts;
}

AgentKey World::join(const std::string& name, int isp, std::int64_t pieces, int slots) {
  take(coordinator.agent_connected(facts(name, isp, pieces, slots), now));
  return key(name);
}

void World::leave(const std::string& name) {
  std::uint64_t connection = 0;  // the current one: try them all
  while (connection <= next_) take(coordinator.agent_gone(key(name), connection++, now));
}

void World::want(const std::string& name, std::int64_t pieces_held) {
  take(coordinator.want(key(name), {content, pieces_held, false}, now));
}

void World::report(const std::string& name, std::int64_t pieces_held, std::int64_t rate,
                   const std::vector<std::string>& idle) {
  protocol::Progress progress{content, pieces_held, {}};
  for (const auto& row : orders_of(name)) {
    const bool stalled = std::count(idle.begin(), idle.end(), name_of(row.order.sender)) > 0;
    const auto limit = row.order.rate_limit.value > 0 ? row.order.rate_limit.value : rate;
    const auto got = stalled || row.superseded ? 0 : std::min(rate, limit);
    progress.orders.push_back({row.order.id, {row.acked.value + got}, {got}, !stalled});
  }
  take(coordinator.progress(key(name), progress, now));
}

void World::share(const std::string& name, bool consented) {
  take(coordinator.sharing_update(key(name), {consented, {}, 8}, now));
}

void World::hold(const std::string& name, std::int64_t pieces) {
  take(coordinator.library_update(key(name), {content, pieces, 100}, now));
}

void World::pass(int count, const std::map<std::string, std::int64_t>& reporting,
                 const std::vector<std::string>& idle) {
  for (int i = 0; i < count; ++i) {
    now = now + seconds(1);
    for (const auto& [name, rate] : reporting) report(name, 1, rate, idle);
    tick();
  }
}

std::string World::name_of(const AgentKey& wanted) const {
  for (const auto& [name, own] : keys_) {
    if (own == wanted) return name;
  }
  return wanted.brief();
}

std::vector<OrderRow> World::orders_of(const std::string& receiver) const {
  auto rows = coordinator.orders(1000);
  std::erase_if(rows, [&](const OrderRow& row) { return row.order.receiver != key(receiver); });
  return rows;
}

std::vector<std::string> World::sources(const std::string& receiver) const {
  std::vector<std::string> names;
  for (const auto& row : orders_of(receiver)) {
    if (!row.superseded) names.push_back(name_of(row.order.sender));
  }
  std::sort(names.begin(), names.end());
  return names;
}

const OrderRow World::order_from(const std::string& sender, const std::string& receiver) const {
  for (const auto& row : orders_of(receiver)) {
    if (!row.superseded && row.order.sender == key(sender)) return row;
  }
  FAIL(sender << " does not serve " << receiver);
  return {};
}

std::string World::reason(const std::string& candidate, const std::string& receiver) const {
  for (const auto& row : coordinator.explain(content, key(receiver), 1000, now)) {
    if (row.key == key(candidate)) return row.reason;
  }
  return "no holder";
}

}  // namespace waybill::tracker::test
