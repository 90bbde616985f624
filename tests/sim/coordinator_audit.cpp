// The independent auditor: promises 1, 4 and 5 as the model itself reads them.
#include <algorithm>

#include <fmt/format.h>

#include "coordinator_model.h"

namespace waybill::tracker::sim {
namespace {

constexpr DurationMs kLongestWithoutSource = seconds(12);

}  // namespace

const Agreement* Model::agreement_of(int isp) const {
  for (const auto& agreement : tables_.agreements) {
    if (agreement.isp != IspId{isp}) continue;
    if (agreement.valid_from <= now_ && (!agreement.valid_until || now_ < *agreement.valid_until)) return &agreement;
  }
  return nullptr;
}

std::string Model::audit_grant(const ModelOrder& order) const {
  const auto& terms = order.issue.order;
  const int isp = isp_of(by_key_.at(terms.sender)->address);
  const auto* agreement = isp == 0 ? nullptr : agreement_of(isp);
  if (!agreement || agreement->id != terms.agreement) return "without the agreement in force";
  if (agreement->valid_until && terms.not_after > *agreement->valid_until) return "beyond its agreement's end";
  const auto& grant = agreement->grant;
  if (grant.kind == GrantKind::none) return "though its ISP grants nothing";
  if (grant.quota.value > 0 && terms.not_after > day_start(isp, now_) + hours(24)) return "beyond its quota's day";
  if (grant.kind == GrantKind::always) return "";
  const auto minute_of_day = [&](TimeMs at) { return (at - day_start(isp, at)).value / 60'000; };
  const auto granted = [&](TimeMs at) {
    const auto minute = minute_of_day(at);
    if (grant.from_minute < grant.to_minute) return minute >= grant.from_minute && minute < grant.to_minute;
    return minute >= grant.from_minute || minute < grant.to_minute;
  };
  if (!granted(now_)) return "outside the granted hours";
  if (!granted(terms.not_after - DurationMs{1})) return "beyond the granted hours";
  return "";
}

std::string Model::audit_order(const ModelOrder& order) const {
  const auto& terms = order.issue.order;
  const auto& sender = *by_key_.at(terms.sender);
  const auto held = sender.pieces.find(terms.content);
  if (!sender.online) return "by a sender that is gone";
  if (!sender.sharing.consented) return "without consent";
  const bool holds = held != sender.pieces.end() && held->second > 0;
  if (!holds && !wants_.contains({terms.sender, terms.content})) return "of what its sender neither holds nor fetches";
  if (content(terms.content).removed) return "of removed content";
  if (!by_key_.at(terms.receiver)->online) return "for a receiver that is gone";
  if (terms.sender == terms.receiver) return "of an agent to itself";
  if (terms.byte_limit.value <= 0 || terms.not_after <= terms.not_before) return "that permits nothing";
  if (order.issue.cdn_node != sender.cdn) return "that takes a client for a CDN node";
  const int from = isp_of(sender.address);
  if (sender.cdn) return terms.agreement ? "of a CDN node under an agreement" : "";
  if (order.issue.sender_isp != IspId{from}) return "that names another ISP";
  return audit_grant(order);
}

std::string Model::audit_slots() const {
  std::map<AgentKey, std::set<std::pair<AgentKey, ContentId>>> served;
  std::map<std::pair<AgentKey, ContentId>, std::set<AgentKey>> sources;
  for (const auto& [id, order] : orders_) {
    if (!order.live) continue;
    const auto& terms = order.issue.order;
    served[terms.sender].insert({terms.receiver, terms.content});
    sources[{terms.receiver, terms.content}].insert(terms.sender);
  }
  for (const auto& [key, receivers] : served) {
    const auto& agent = *by_key_.at(key);
    if (!agent.cdn && static_cast<int>(receivers.size()) > agent.sharing.upload_slots) {
      return fmt::format("{} serves {} with {} slots", key.brief(), receivers.size(), agent.sharing.upload_slots);
    }
  }
  for (const auto& [key, senders] : sources) {
    if (senders.size() > 9) return fmt::format("{} has {} sources", key.first.brief(), senders.size());
  }
  return "";
}

std::string Model::audit_quotas() const {
  for (const auto& [key, bytes] : billed_) {
    for (const auto& agreement : tables_.agreements) {
      if (agreement.id.value != key.first || agreement.grant.quota.value <= 0) continue;
      if (bytes > agreement.grant.quota.value) {
        return fmt::format("agreement {}: {} bytes of {}", key.first, bytes, agreement.grant.quota.value);
      }
    }
  }
  return "";
}

int Model::tight_quotas() const {
  int tight = 0;
  for (const auto& [key, bytes] : billed_) {
    for (const auto& agreement : tables_.agreements) {
      const auto quota = agreement.grant.quota.value;
      if (agreement.id.value == key.first && quota > 0 && bytes * 5 > quota * 4) ++tight;
    }
  }
  return tight;
}

std::string Model::audit_wants() {
  for (auto& [key, want] : wants_) {
    const auto& receiver = *by_key_.at(key.first);
    const bool possible = std::any_of(agents_.begin(), agents_.end(), [&](const ModelAgent& agent) {
      // The node outside every ISP crosses nothing that is limited.
      const bool free_way = !with_policies_ || isp_of(agent.address) == 0;
      return agent.cdn && agent.online && agent.sharing.consented && free_way;
    });
    const bool served = std::any_of(orders_.begin(), orders_.end(), [&](const auto& item) {
      const auto& terms = item.second.issue.order;
      return item.second.live && terms.receiver == key.first && terms.content == key.second;
    });
    if (served || !possible || receiver.frozen || want.bytes >= content(key.second).size.value) want.last_source = now_;
    if (now_ - want.last_source > kLongestWithoutSource) {
      return fmt::format("{} is without a source for {} s, though a CDN node is online", key.first.brief(),
                         (now_ - want.last_source).value / 1000);
    }
  }
  return "";
}

// What the coordinator believes to live is what the model knows to live.
std::string Model::audit_books() const {
  std::set<OrderId> believed;
  for (const auto& row : coordinator_.orders(100'000)) {
    if (now_ < row.order.not_after) believed.insert(row.order.id);
  }
  for (const auto& [id, order] : orders_) {
    if (order.live && !believed.contains(id)) return "a live order is forgotten";
    if (!order.live && believed.contains(id)) return "a dead order is believed to live";
  }
  return coordinator_.audit();
}

std::string Model::audit() {
  if (!fault_.empty()) return fault_;
  for (const auto& [id, order] : orders_) {
    if (!order.live) continue;
    if (auto fault = audit_order(order); !fault.empty()) return "an order " + fault;
  }
  for (auto fault : {audit_slots(), audit_quotas(), audit_wants(), audit_policies(), audit_books()}) {
    if (!fault.empty()) return fault;
  }
  return "";
}

}  // namespace waybill::tracker::sim
