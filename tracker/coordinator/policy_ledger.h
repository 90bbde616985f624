#pragma once
// What counts against each capacity policy in force: bytes acknowledged and reserved in its window, or the rates of
// live orders. Pure; a question or a change costs what the policies concerned cost, however many others there are.
//
// Bytes are kept as quotas are (quota_ledger.h): an order reserves its byte limit, and is only issued for what is left.
// When it ends, its reservation falls to what may still be acknowledged: what the receiver reported, one window, and
// two seconds at the rate it reported; kPolicySettleAfter later to what was recorded or reported, so that what an order
// left is of use to others in the same window. An order that lives when its policy's window ends reserves in the next
// one what it has not used yet.
#include <optional>
#include <span>
#include <vector>

#include "tracker/coordinator/quota_ledger.h"
#include "tracker/coordinator/rate_shares.h"
#include "tracker/coordinator/swarm_records.h"
#include "tracker/policy/policy_index.h"

namespace waybill::tracker {

// A sender cuts its last receipt when it hears of an order's end and uploads it at once. Counted as kSettleAfter is.
inline constexpr DurationMs kPolicySettleAfter = seconds(10);

// An order or a request for one, as far as policies see it.
struct PolicyRequest {
  ContentClass content_class = ContentClass::file;
  std::string_view owner;
  std::int64_t least_bytes = 1;  // fewer are of no use
  bool cdn_node = false;
  const OrderId* in_place_of = nullptr;  // a live order that it shall replace
  bool in_earnest = true;                // false: somebody only asks; no room is made for it
  TimeMs now{};
};
struct PolicyAdmission {
  std::int64_t bytes = kUnlimitedBytes;
  std::int64_t rate = 0;               // 0: no limit
  std::optional<PolicySlot> blocking;  // the first policy that permits nothing; then bytes and rate say nothing
};

class PolicyLedger {
 public:
  // The policies in force. Those that were in force before keep what they count; slots are assigned anew, so that every
  // live order must be entered again.
  void replace(std::vector<CapacityPolicy> in_force, TimeMs now);
  const PolicyIndex& index() const { return index_; }
  bool empty() const { return index_.policies().empty(); }
  std::uint64_t generation() const { return generation_; }  // of the slots
  std::optional<PolicySlot> slot_of(PolicyId policy) const;
  void begin_windows(TimeMs now);
  void restore(PolicyId policy, const SpanUse& use);
  // Of an earlier run of the tracker, not live any more.
  void restore(const UnsettledOrder& order, std::span<const PolicySlot> slots, TimeMs now);

  // The slots of those that speak of this content, from such a sender.
  std::vector<PolicySlot> covering(std::span<const PolicySlot> touched, ContentClass content_class,
                                   std::string_view owner, bool cdn_node) const;
  PolicyAdmission admit(std::span<const PolicySlot> touched, const PolicyRequest& request) const;

  // Enters an order, or enters it anew where it crosses other policies than was thought. `slots` by covering().
  void enter(const protocol::ServeOrder& order, bool cdn_node, std::vector<PolicySlot> slots, TimeMs now);
  void supersede(const OrderId& earlier, const OrderId& later, std::int64_t may_be_acked);
  void release(const OrderId& order);  // it was never sent
  // `may_be_acked`: as far as its total may still rise.
  void close(const OrderId& order, AckedBytes reported, std::int64_t may_be_acked, TimeMs now);
  void report(const OrderId& order, ByteRate rate);
  void record(const RecordedBytes& recorded, std::span<const PolicySlot> slots);
  bool settle(const std::function<std::optional<TimeMs>(const AgentKey&)>& connected_since, TimeMs now);

  const std::vector<PolicySlot>* slots_of(const OrderId& order) const;  // null where it was not entered
  std::vector<OrderId> orders_on(PolicySlot slot) const;                // ascending
  std::vector<PolicySlot> overdrawn() const;                            // byte policies: more is used than permitted
  bool is_overdrawn(PolicySlot slot) const;
  std::vector<PolicySlot> rated() const;  // rate policies with orders on them
  RateShares& rates(PolicySlot slot) { return slots_[slot].rates; }

  PolicyStanding standing(PolicySlot slot) const;
  // "policy 3 (10 GB per day over ...) has 0 bytes left until 2026-11-08T00:00Z"
  std::string why_blocked(PolicySlot slot, const std::string& isp_name, bool cdn_node) const;

 private:
  struct Slot {
    QuotaLedger bytes{kPolicySettleAfter};
    QuotaSpan window;
    RateShares rates;
    int cdn_orders = 0;                        // live ones
    std::unordered_map<OrderId, bool> orders;  // live: is it a CDN node's?
  };
  std::int64_t left(const Slot& slot, PolicySlot at, bool cdn_node) const;
  void leave(const OrderId& order, PolicySlot at);

  PolicyIndex index_;
  std::vector<Slot> slots_;
  std::unordered_map<PolicyId, PolicySlot> by_id_;
  std::unordered_map<OrderId, std::vector<PolicySlot>> entries_;  // live orders
  std::uint64_t generation_ = 0;
};

}  // namespace waybill::tracker
