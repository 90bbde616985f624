#pragma once
// Directs each receiver to sources that may serve it now (design section 2, steps 2 and 3; patent FIG. 3A). A state
// machine over values: every call takes the instant and returns what is to be done; no I/O, clock or thread. State is
// soft: it is rebuilt from the agents' hellos after a restart. One thread calls it.
#include <memory>
#include <optional>

#include "common/runtime/random.h"
#include "common/types/money.h"
#include "tracker/coordinator/coordinator_events.h"

namespace waybill::tracker {

struct CoordinatorOptions {
  int target_sources = 8;  // for each download, CDN nodes included
  bool spare_cdn = true;   // lower the CDN's rate while peers carry its pace
  DurationMs order_life = minutes(10);
  DurationMs renew_before = seconds(60);
  DurationMs stall = seconds(10);         // an order that delivers nothing for so long is replaced
  DurationMs silence = seconds(60);       // a receiver that reports nothing for so long has given up
  DurationMs stock_silence = minutes(5);  // the same for stock clients, which report when they announce
  DurationMs top_up_every = seconds(2);   // how often a download with too few sources looks for more
  int max_wants_per_agent = 16;
  // What a gigabyte from a CDN node costs the operator. Peers whose ISP asks more for off-net bytes serve their own
  // ISP's customers only, where a CDN node can serve; absent: all peers come before CDN nodes.
  std::optional<Money> cdn_price;
  std::function<OrderId()> new_order_id;  // 16 unpredictable bytes (crypto::random_bytes)
};

class Coordinator {
 public:
  Coordinator(CoordinatorOptions options, runtime::Random random);
  ~Coordinator();
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;

  // Before any agent: the tables, then what the books say of quotas.
  Actions registry_changed(RegistryTables tables, TimeMs now);
  void restore_quotas(const std::vector<QuotaUse>& use, const std::vector<UnsettledOrder>& orders, TimeMs now);
  // Likewise. Their paths also predict those of orders to come.
  void restore_policies(const std::vector<UnsettledTransfer>& orders, TimeMs now);

  // A second connection of the same key takes the place of the first: its requests end, its orders are revoked.
  // Orders in `live_orders` that this run does not know are revoked; the receivers ask again when they reconnect.
  Actions agent_connected(const AgentFacts& facts, TimeMs now);
  Actions agent_gone(const AgentKey& agent, std::uint64_t connection, TimeMs now);  // an older connection: nothing

  // Messages of a connected agent; from one that is not known they do nothing.
  Actions library_update(const AgentKey& agent, const protocol::HeldContent& held, TimeMs now);
  Actions sharing_update(const AgentKey& agent, const protocol::SharingState& sharing, TimeMs now);
  void port_mapped(const AgentKey& agent, std::uint16_t port);
  void reach_known(const AgentKey& agent, std::uint64_t connection, Reach reach);  // an older connection: nothing
  Actions load_report(const AgentKey& agent, const protocol::LoadReport& report, TimeMs now);
  Actions want(const AgentKey& receiver, const protocol::Want& want, TimeMs now);
  // Without a request under way it is answered by a RefuseWant, so that the receiver asks again.
  Actions progress(const AgentKey& receiver, const protocol::Progress& progress, TimeMs now);
  Actions source_failed(const AgentKey& receiver, const protocol::SourceFailed& failed, TimeMs now);
  Actions done(const AgentKey& receiver, const ContentId& content, TimeMs now);
  Actions give_up(const AgentKey& receiver, const ContentId& content, TimeMs now);

  // From the store: bytes that became billable; an order that could not be signed or stored, so was never sent.
  void receipt_recorded(const RecordedBytes& recorded);
  Actions order_failed(const OrderId& order, TimeMs now);

  // At least once a second: grants that begin and end, renewals, stalls, replacements.
  Actions tick(TimeMs now);

  std::vector<AgentRow> agents(std::size_t limit) const;
  std::vector<OrderRow> orders(std::size_t limit) const;
  // Every holder of the content, and why it would or would not serve the receiver (absent: anybody) at `now`. Slow:
  // walks the holders, at most `limit` of them.
  std::vector<ExplainedCandidate> explain(const ContentId& content, const std::optional<AgentKey>& receiver,
                                          std::size_t limit, TimeMs now) const;
  // The live orders of a content, at most `limit`, by receiver.
  std::vector<WatchedFlow> watch(const ContentId& content, std::size_t limit, TimeMs now) const;
  // The capacity policies in force, and how they stand.
  std::vector<PolicyRow> policies() const;
  // As explain(), with the predicted path of each and the policies that it touches.
  std::vector<PolicyAccount> policy_why(const ContentId& content, const AgentKey& receiver, std::size_t limit,
                                        TimeMs now) const;
  // The ISP by whose prefix the address is covered; "" where none does.
  std::string isp_name_of(const IpAddress& address) const;
  SwarmCounts counts() const;
  std::size_t holders(const ContentId& content) const;  // agents online that hold some of it
  // Recomputes every index by brute force; "" or the first difference. For tests.
  std::string audit() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace waybill::tracker
