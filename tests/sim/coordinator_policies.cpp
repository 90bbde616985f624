// Capacity policies as the model reads them: by the paths that it made up itself, which the coordinator learns from
// receipts only.
#include <algorithm>

#include <fmt/format.h>

#include "coordinator_model.h"

namespace waybill::tracker::sim {
namespace {

// What one step may move under one order, and what was moved before a policy could know of it; see the bound in
// tracker/policy/README.md.
constexpr std::int64_t kMostInStep = 400'000;
constexpr DurationMs kDay = hours(24);

std::string name_of(std::int64_t isp) { return "SP" + std::to_string(isp); }

}  // namespace

void Model::change_policies() {
  if (!tables_.policies.empty() && coin(40)) {
    auto& policy = tables_.policies[random_.below(tables_.policies.size())];
    if (!policy.valid_until) policy.valid_until = now_;
    return change_registry();
  }
  const auto isps = tables_.isps.size();
  CapacityPolicy policy;
  policy.id = {next_policy_++};
  policy.valid_from = now_;
  policy.isp = {1 + static_cast<std::int64_t>(random_.below(isps))};
  const auto other = 1 + static_cast<std::int64_t>(random_.below(isps));
  const auto dice = random_.below(100);
  policy.subject = dice < 60   ? PolicySubject::component
                   : dice < 80 ? PolicySubject::isp_out
                               : PolicySubject::isp_within;
  policy.component = dice < 20 ? "router:core" + std::to_string(random_.below(3))
                               : fmt::format("inter-isp-link:{}>{}", name_of(policy.isp.value), name_of(other));
  if (coin(50)) {
    policy.rate = {static_cast<std::int64_t>(40'000 + random_.below(800'000))};
  } else {
    policy.bytes = {static_cast<std::int64_t>(2'000'000 + random_.below(200'000'000))};
    policy.window = coin(50) ? PolicyWindow::day : PolicyWindow::minutes;
    policy.window_minutes = policy.window == PolicyWindow::minutes ? 5 : 0;
  }
  tables_.policies.push_back(policy);
  change_registry();
}

std::vector<std::string> Model::true_path(const ModelOrder& order) const {
  const auto from = order.issue.sender_isp.value;
  const auto to = order.issue.receiver_isp.value;
  std::vector<std::string> keys;
  if (from != 0) keys.push_back("isp:" + name_of(from));
  // Neighbours whose ways differ: some predictions are wrong until a receipt shows the way.
  const auto way = order.issue.order.sender.bytes[0] * 3 + order.issue.order.receiver.bytes[0];
  if (from != 0 && way % 5 < 3) keys.push_back("router:core" + std::to_string(way % 5));
  if (from != 0 && to != 0 && from != to) {
    keys.push_back(fmt::format("inter-isp-link:{}>{}", name_of(from), name_of(to)));
  }
  if (to != 0 && to != from) keys.push_back("isp:" + name_of(to));
  return keys;
}

bool Model::crosses(const ModelOrder& order, const CapacityPolicy& policy) const {
  const auto from = order.issue.sender_isp;
  const auto to = order.issue.receiver_isp;
  if (policy.subject == PolicySubject::isp_out) return from == policy.isp && to != policy.isp;
  if (policy.subject == PolicySubject::isp_within) return from == policy.isp && to == policy.isp;
  const auto path = true_path(order);
  return std::find(path.begin(), path.end(), policy.component) != path.end();
}

RecordedBytes Model::with_path(const ModelOrder& order, RecordedBytes recorded) const {
  if (!with_policies_) return recorded;
  auto facts = std::make_shared<OrderFacts>();
  facts->id = order.issue.order.id;
  facts->content = order.issue.order.content;
  facts->owner = order.issue.order.owner;
  facts->source_isp = order.issue.sender_isp;
  facts->destination_isp = order.issue.receiver_isp;
  facts->sender_address = order.issue.sender_address;
  facts->receiver_address = order.issue.receiver_address;
  facts->cdn_node = order.issue.cdn_node;
  ResolvedPath path;
  for (const auto& key : true_path(order)) {
    PathComponent component;
    component.key = key;
    path.components.push_back(component);
    path.printed += key + " ";
  }
  recorded.facts = facts;
  recorded.path = path_to_record(path);
  return recorded;
}

// A receipt arrives. An order is excused where the coordinator could not know that it crosses the policy: the policy is
// younger, the way was not predicted, or prefixes have moved since it was issued.
void Model::count_policies(ModelOrder& order, std::int64_t added) {
  for (const auto& policy : tables_.policies) {
    if (policy.limits_rate() || !policy.in_force(now_) || order.last_bytes < policy.valid_from) continue;
    if (!crosses(order, policy)) continue;
    const auto length = policy.window == PolicyWindow::day ? kDay : minutes(5);
    const auto window = order.last_bytes.value / length.value;
    auto& use = policy_use_[{policy.id, window}];
    const bool unforeseen = policy.component.starts_with("router:") && policy.subject == PolicySubject::component;
    const auto issued = order.issue.order.not_before;
    const bool excused = unforeseen || issued < policy.valid_from || issued <= prefixes_moved_;
    if (excused && use.excused.insert(order.issue.order.id).second) {
      use.slack += order.issue.order.ack_window.value + 2 * kMostInStep + (order.shown ? 0 : added);
    }
    const auto before = use.acked;
    use.acked += added;
    if (before * 5 <= policy.bytes.value * 4 && use.acked * 5 > policy.bytes.value * 4) ++byte_policies_tight;
    largest_overshoot = std::max(largest_overshoot, use.acked - policy.bytes.value);
    if (use.excused.empty()) foreseen_overshoot = std::max(foreseen_overshoot, use.acked - policy.bytes.value);
    if (use.acked > policy.bytes.value + use.slack) {
      fault_ = fmt::format("policy {}: {} bytes of {} in a window, {} beyond the bound", policy.id.value, use.acked,
                           policy.bytes.value, use.acked - policy.bytes.value - use.slack);
    }
  }
  if (!order.shown) order.path_known = now_;
  order.shown = true;
}

// A sender keeps to the lowest rate of its live orders for one receiver and content.
std::string Model::audit_rate(const CapacityPolicy& policy) {
  std::map<std::tuple<AgentKey, AgentKey, ContentId>, std::int64_t> pairs;
  const bool unforeseen = policy.component.starts_with("router:") && policy.subject == PolicySubject::component;
  for (const auto& [id, order] : orders_) {
    if (!order.live || !crosses(order, policy) || order.issue.order.not_before <= prefixes_moved_) continue;
    // A way that was not predicted is known from the first receipt on; the next division of rates takes it in.
    if (unforeseen && (!order.shown || now_ - order.path_known <= seconds(6))) continue;
    const auto rate = order.issue.order.rate_limit.value;
    auto& least = pairs[{order.issue.order.sender, order.issue.order.receiver, order.issue.order.content}];
    if (rate > 0 && (least == 0 || rate < least)) least = rate;
  }
  std::int64_t sum = 0;
  for (const auto& [pair, rate] : pairs) {
    if (rate == 0 && !unforeseen) return fmt::format("policy {}: an order without a rate", policy.id.value);
    sum += rate;
  }
  if (sum * 5 > policy.rate.value * 4) ++rate_policies_tight;
  if (sum <= policy.rate.value || unforeseen) return "";
  return fmt::format("policy {}: {} of {} bytes per second are permitted", policy.id.value, sum, policy.rate.value);
}

std::string Model::audit_policies() {
  for (const auto& policy : tables_.policies) {
    if (!policy.limits_rate() || !policy.in_force(now_)) continue;
    if (auto fault = audit_rate(policy); !fault.empty()) return fault;
  }
  return "";
}

}  // namespace waybill::tracker::sim
