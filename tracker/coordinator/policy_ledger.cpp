#include "tracker/coordinator/policy_ledger.h"

#include <algorithm>

#include <fmt/format.h>

#include "tracker/reports/time_window.h"

namespace waybill::tracker {

namespace {

// The last part of a window's bytes is left to CDN nodes where they cross what is limited, and they spread it over the
// rest of the window: a download that only they can serve slows before it stops.
constexpr std::int64_t kLastPart = 8;

}  // namespace

void PolicyLedger::replace(std::vector<CapacityPolicy> in_force, TimeMs now) {
  auto before = std::exchange(slots_, {});
  const auto known = std::exchange(by_id_, {});
  entries_.clear();
  index_ = PolicyIndex(std::move(in_force));
  ++generation_;
  slots_.resize(index_.policies().size());
  for (PolicySlot at = 0; at < slots_.size(); ++at) {
    const auto& policy = index_.policies()[at];
    by_id_[policy.id] = at;
    auto& slot = slots_[at];
    if (const auto found = known.find(policy.id); found != known.end()) {
      slot.bytes = std::move(before[found->second].bytes);
      slot.window = before[found->second].window;
    }
    slot.rates = RateShares(policy.rate);
  }
  begin_windows(now);
}

std::optional<PolicySlot> PolicyLedger::slot_of(PolicyId policy) const {
  const auto found = by_id_.find(policy);
  return found == by_id_.end() ? std::nullopt : std::optional(found->second);
}

void PolicyLedger::begin_windows(TimeMs now) {
  for (PolicySlot at = 0; at < slots_.size(); ++at) {
    auto& slot = slots_[at];
    if (index_.policies()[at].limits_rate() || (slot.window.start <= now && now < slot.window.end)) continue;
    slot.window = policy_window_at(index_.policies()[at], now);
    // What ended before the policy began does not count, however late it is told.
    slot.window.start = std::max(slot.window.start, index_.policies()[at].valid_from);
    slot.bytes.begin_span(slot.window);
  }
}

void PolicyLedger::restore(PolicyId policy, const SpanUse& use) {
  if (const auto at = slot_of(policy)) slots_[*at].bytes.restore(use);
}

void PolicyLedger::restore(const UnsettledOrder& order, std::span<const PolicySlot> slots, TimeMs now) {
  for (const auto at : slots) {
    if (!index_.policies()[at].limits_rate() && !slots_[at].bytes.full()) slots_[at].bytes.restore(order, now);
  }
}

std::vector<PolicySlot> PolicyLedger::covering(std::span<const PolicySlot> touched, ContentClass content_class,
                                               std::string_view owner, bool cdn_node) const {
  std::vector<PolicySlot> slots;
  for (const auto at : touched) {
    if (index_.policies()[at].covers(content_class, owner, cdn_node)) slots.push_back(at);
  }
  return slots;
}

std::int64_t PolicyLedger::left(const Slot& slot, PolicySlot at, bool cdn_node) const {
  if (slot.bytes.full()) return 0;
  const auto limit = index_.policies()[at].bytes.value;
  const auto kept = !cdn_node && slot.cdn_orders > 0 ? limit / kLastPart : 0;
  return std::max<std::int64_t>(0, limit - slot.bytes.used().value - kept);
}

PolicyAdmission PolicyLedger::admit(std::span<const PolicySlot> touched, const PolicyRequest& request) const {
  PolicyAdmission admission;
  const auto limit_rate = [&](std::int64_t rate) {
    if (admission.rate == 0 || rate < admission.rate) admission.rate = rate;
  };
  for (const auto at : touched) {
    const auto& policy = index_.policies()[at];
    if (!policy.covers(request.content_class, request.owner, request.cdn_node)) continue;
    const auto& slot = slots_[at];
    if (policy.limits_rate()) {
      const bool replaces = request.in_place_of && slot.rates.contains(*request.in_place_of);
      const auto rate = replaces ? slot.rates.share_of(*request.in_place_of) : slot.rates.newcomer();
      if (rate == 0) {
        if (request.in_earnest && slot.rates.has_room_for_one_more()) slot.rates.want(request.now);
        admission.blocking = at;
        return admission;
      }
      limit_rate(rate);
      continue;
    }
    const auto bytes = left(slot, at, request.cdn_node);
    if (bytes < request.least_bytes) {
      admission.blocking = at;
      return admission;
    }
    admission.bytes = std::min(admission.bytes, bytes);
    if (request.cdn_node && bytes < policy.bytes.value / kLastPart) {
      const auto seconds_left = std::max<std::int64_t>(1, (slot.window.end - request.now).value / 1000);
      limit_rate(std::max(kLeastOrderRate, bytes / seconds_left / std::max(1, slot.cdn_orders)));
    }
  }
  return admission;
}

void PolicyLedger::enter(const protocol::ServeOrder& order, bool cdn_node, std::vector<PolicySlot> slots, TimeMs now) {
  const auto found = entries_.find(order.id);
  if (found != entries_.end()) {
    for (const auto at : found->second) {
      if (std::find(slots.begin(), slots.end(), at) != slots.end()) continue;
      leave(order.id, at);
      slots_[at].bytes.release(order.id);
    }
  }
  for (const auto at : slots) {
    auto& slot = slots_[at];
    if (!slot.orders.emplace(order.id, cdn_node).second) continue;  // it is there already
    slot.cdn_orders += cdn_node ? 1 : 0;
    if (index_.policies()[at].limits_rate()) {
      slot.rates.enter(order.id, order.rate_limit, cdn_node, now);
    } else {
      slot.bytes.reserve(order.id, order.sender, order.byte_limit, order.not_after);
    }
  }
  entries_[order.id] = std::move(slots);
}

void PolicyLedger::supersede(const OrderId& earlier, const OrderId& later, std::int64_t may_be_acked) {
  const auto found = entries_.find(earlier);
  if (found == entries_.end()) return;
  for (const auto at : found->second) {
    if (index_.policies()[at].limits_rate()) {
      slots_[at].rates.supersede(earlier, later);
    } else {
      slots_[at].bytes.lower(earlier, {may_be_acked});
    }
  }
}

void PolicyLedger::leave(const OrderId& order, PolicySlot at) {
  auto& slot = slots_[at];
  const auto found = slot.orders.find(order);
  if (found == slot.orders.end()) return;
  slot.cdn_orders -= found->second ? 1 : 0;
  slot.orders.erase(found);
  slot.rates.leave(order);
}

void PolicyLedger::release(const OrderId& order) {
  // The order may have been closed already: then only its reservations are left.
  if (const auto found = entries_.find(order); found != entries_.end()) {
    for (const auto at : found->second) leave(order, at);
    entries_.erase(found);
  }
  for (auto& slot : slots_) slot.bytes.release(order);
}

void PolicyLedger::close(const OrderId& order, AckedBytes reported, std::int64_t may_be_acked, TimeMs now) {
  const auto found = entries_.find(order);
  if (found == entries_.end()) return;
  for (const auto at : found->second) {
    leave(order, at);
    slots_[at].bytes.close(order, reported, now);
    slots_[at].bytes.lower(order, {may_be_acked});
  }
  entries_.erase(found);
}

void PolicyLedger::report(const OrderId& order, ByteRate rate) {
  const auto found = entries_.find(order);
  if (found == entries_.end()) return;
  for (const auto at : found->second) slots_[at].rates.report(order, rate);
}

void PolicyLedger::record(const RecordedBytes& recorded, std::span<const PolicySlot> slots) {
  for (const auto at : slots) {
    if (!index_.policies()[at].limits_rate()) slots_[at].bytes.record(recorded);
  }
}

bool PolicyLedger::settle(const std::function<std::optional<TimeMs>(const AgentKey&)>& connected_since, TimeMs now) {
  bool changed = false;
  for (auto& slot : slots_) changed |= slot.bytes.settle(connected_since, now);
  return changed;
}

const std::vector<PolicySlot>* PolicyLedger::slots_of(const OrderId& order) const {
  const auto found = entries_.find(order);
  return found == entries_.end() ? nullptr : &found->second;
}

std::vector<OrderId> PolicyLedger::orders_on(PolicySlot slot) const {
  std::vector<OrderId> ids;
  for (const auto& [id, cdn_node] : slots_[slot].orders) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

bool PolicyLedger::is_overdrawn(PolicySlot at) const {
  const auto& policy = index_.policies()[at];
  return !policy.limits_rate() && slots_[at].bytes.used() > policy.bytes;
}

std::vector<PolicySlot> PolicyLedger::overdrawn() const {
  std::vector<PolicySlot> found;
  for (PolicySlot at = 0; at < slots_.size(); ++at) {
    if (is_overdrawn(at) && !slots_[at].orders.empty()) found.push_back(at);
  }
  return found;
}

std::vector<PolicySlot> PolicyLedger::rated() const {
  std::vector<PolicySlot> found;
  for (PolicySlot at = 0; at < slots_.size(); ++at) {
    if (slots_[at].rates.orders() > 0) found.push_back(at);
  }
  return found;
}

PolicyStanding PolicyLedger::standing(PolicySlot at) const {
  const auto& slot = slots_[at];
  PolicyStanding standing;
  standing.orders = slot.orders.size();
  if (index_.policies()[at].limits_rate()) {
    standing.permitted = {slot.rates.sum()};
  } else {
    standing.window = slot.window;
    standing.acked = slot.bytes.acked();
    standing.reserved = slot.bytes.used() - slot.bytes.acked();
  }
  return standing;
}

std::string PolicyLedger::why_blocked(PolicySlot at, const std::string& isp_name, bool cdn_node) const {
  const auto& slot = slots_[at];
  const auto& policy = index_.policies()[at];
  const auto text = policy_text(policy, isp_name);
  if (policy.limits_rate()) {
    return fmt::format("{}; {} orders take {} bytes per second of it", text, slot.orders.size(), slot.rates.sum());
  }
  return fmt::format("{}; {} are left until {}, {} are acknowledged, {} reserved by orders{}", text,
                     left(slot, at, cdn_node), format_time(slot.window.end), slot.bytes.acked().value,
                     slot.bytes.used().value - slot.bytes.acked().value,
                     !cdn_node && slot.cdn_orders > 0 ? ", the last eighth is kept for CDN nodes" : "");
}

}  // namespace waybill::tracker
