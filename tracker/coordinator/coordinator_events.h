#pragma once
// The values that go into the coordinator and the actions that come out of it. No I/O: the app (tracker/api) signs,
// stores and sends.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "common/protocol/control_messages.h"
#include "common/protocol/order.h"
#include "tracker/agreements/owner_contract.h"
#include "tracker/paths/routed_isp.h"
#include "tracker/policy/capacity_policy.h"
#include "tracker/policy/grant.h"
#include "tracker/store/evidence.h"
#include "tracker/store/registry.h"

namespace waybill::tracker {

// ---- in ----

// Whether others can connect to an agent's port, by the tracker's own try.
enum class Reach : std::uint8_t { unknown, open, closed };

// An agent whose key is proven and enrolled. `connection` tells a newer channel of the same agent from an older one.
struct AgentFacts {
  AgentKey key;
  std::uint64_t connection = 0;
  std::string name;
  protocol::AgentRole role = protocol::AgentRole::client;
  IpAddress address;                // as the tracker sees it
  std::uint16_t transfer_port = 0;  // 0: cannot serve
  protocol::SharingState sharing;
  std::vector<protocol::HeldContent> library;  // at most kMaxLibraryEntries are kept
  std::vector<OrderId> live_orders;            // as sender
  // A stock BitTorrent client, known by its announces (tracker/announce): it is served under orders that name its
  // address and ask for no acknowledgement.
  bool stock = false;
  Reach reach = Reach::unknown;
  std::optional<IpAddress> local_address = {};  // the agent's own; another one than `address` behind a NAT
  std::uint16_t mapped_port = 0;                // that a home gateway forwards to the transfer port; 0: none
};

// What was acknowledged over a byte policy's subject in the window that begins at `window_start`, and after it.
struct PolicyUse {
  PolicyId policy;
  ByteCount acked;
  ByteCount acked_next = {};
  TimeMs window_start{};
};

// What counts in the stretch over which an owner's contract counts now (owner_counting_span), and after it.
struct OwnerUse {
  AgreementId contract;
  ByteCount acked;
  ByteCount acked_next = {};
  TimeMs span_start{};
};

// What the documents of agreements say that have one.
struct AgreedTerms {
  GrantTerms grant;
  TariffTerms tariff;
};
using TermsOfAgreements = std::unordered_map<AgreementId, AgreedTerms>;

// The registry's rows that decisions use; replaced as a whole by every registry_changed().
struct RegistryTables {
  std::vector<Isp> isps;
  std::vector<Agreement> agreements;
  std::vector<Content> contents;  // removed ones included
  // The longest prefix that covers the address; 0 where none does. Pure, owned by this value.
  std::function<IspId(const IpAddress&)> isp_of;
  TermsOfAgreements terms = {};               // of agreements that say more than their row can
  std::vector<OwnerContract> contracts = {};  // a contract of one number never changes but for its end
  // What the books say of contracts; taken for those that the coordinator does not know yet.
  std::vector<OwnerUse> owner_use = {};
  // Ended ones may be left out. A policy of one number never changes but for its end.
  std::vector<CapacityPolicy> policies = {};
  // What the books say of byte policies; taken for those that the coordinator does not know yet.
  std::vector<PolicyUse> policy_use = {};
  // What BGP knows of the way from one ISP to another, for paths that nobody measured; may be empty.
  std::function<std::vector<RoutedIsp>(IspId from, IspId to)> isps_between = {};
  // Of the tables that resolve paths: when it changes, predictions begin anew.
  std::int64_t path_table_version = 0;
};

// One receipt that became durable and added to what is billable.
struct RecordedBytes {
  OrderId order;
  AgreementId agreement;  // 0: a CDN node's; does not count against any quota
  AckedBytes total;       // acknowledged under the order so far
  AckedBytes added;       // of which by this receipt
  TimeMs at{};            // the receipt's end: all of its bytes count at this instant
  // For capacity policies; null: unknown. The order's two ends, and the path that the receipt shows.
  std::shared_ptr<const OrderFacts> facts = nullptr;
  std::shared_ptr<const PathToRecord> path = nullptr;
};

// What the books say when the tracker starts, for agreements with a quota only.
struct QuotaUse {
  AgreementId agreement;
  QuotaPeriod period = QuotaPeriod::month;
  ByteCount acked;                        // in the current quota span, whichever order
  ByteCount acked_next = {};              // at or after its end: senders' clocks may be ahead
  std::optional<TimeMs> span_start = {};  // of the span that was current when the books were read; absent: it still is
};
struct UnsettledOrder {  // acked < byte_limit, and not_after + kClockTolerance lies within or after the quota span
  OrderId order;
  AgreementId agreement;
  AgentKey sender;
  ByteCount byte_limit;
  AckedBytes acked;
  TimeMs not_after{};
};

// An order of an earlier run that may still be acknowledged, whoever issued it: byte policies count it, too.
struct UnsettledTransfer {
  OrderFacts facts;
  AckedBytes acked;
  std::shared_ptr<const ResolvedPath> path = nullptr;  // of its latest receipt; null: none is recorded
  TimeMs measured{};                                   // when that was
};

// ---- out ----

// Sign, store durably, then send Serve to the sender and Sources to the receiver. Consecutive ones for the same
// receiver and content may share one Sources message.
struct IssueOrder {
  protocol::ServeOrder order;
  Endpoint source;
  bool on_net = false;
  bool cdn_node = false;
  ContentClass content_class = ContentClass::file;
  std::string source_isp;  // "" where no prefix covers the source
  IpAddress receiver_address;
  IspId sender_isp;
  IspId receiver_isp;
  // A renewal or a change of rate: takes the place of this order between the same two, which is revoked by an action
  // of its own some seconds later.
  std::optional<OrderId> replaces;
  protocol::Dial dial = protocol::Dial::receiver;
  std::uint16_t receiver_port = 0;  // where the sender is to connect; 0 where it is not
  IpAddress sender_address = {};    // as the tracker sees it; `source` may be an address within one home
};

// Send Revoke to each end that is connected. Never sooner than the IssueOrder actions before it have been sent.
struct RevokeOrder {
  OrderId order;
  AgentKey sender;
  AgentKey receiver;  // all zero where not known (an order of an earlier run of the tracker)
  protocol::Refusal reason = protocol::Refusal::none;
  std::string why;  // for the log
};

// Send Refused with the content. The request is forgotten: the receiver may ask again.
struct RefuseWant {
  AgentKey receiver;
  ContentId content;
  protocol::Refusal reason = protocol::Refusal::none;
  std::string message;
};

// Keep on the record why an order was of no use to its receiver.
struct RecordFailure {
  OrderId order;
  std::string why;
};

struct LogLine {
  bool warning = false;
  std::string text;
};

using Action = std::variant<IssueOrder, RevokeOrder, RefuseWant, RecordFailure, LogLine>;
using Actions = std::vector<Action>;  // to be carried out in this order

// ---- for people ----

struct AgentRow {
  AgentKey key;
  std::string name;
  protocol::AgentRole role = protocol::AgentRole::client;
  std::string isp;  // "" unknown
  Endpoint endpoint;
  protocol::SharingState sharing;
  std::vector<protocol::HeldContent> holdings;  // as told by the agent, at most kMaxRowHoldings
  std::size_t holdings_total = 0;
  int orders_served = 0;
  int orders_fetched = 0;
  ByteRate upload_rate;  // by its last LoadReport
  Reach reach = Reach::unknown;
  bool behind_nat = false;
};
inline constexpr std::size_t kMaxRowHoldings = 64;

struct ExplainedCandidate {
  AgentKey key;
  std::string name;
  std::string isp;
  bool cdn_node = false;
  bool on_net = false;
  bool usable = false;  // would be chosen, or is already a source
  std::string reason;   // "same ISP", "not chosen: ISP SP2 grants 18:00–24:00 only"
};

// How a capacity policy stands.
struct PolicyStanding {
  std::optional<QuotaSpan> window;  // bytes
  ByteCount acked;                  // bytes: in the window
  ByteCount reserved;               // bytes: by orders that live or ended a short while ago
  ByteRate permitted;               // rate: the sum of what live orders permit
  std::size_t orders = 0;           // live ones that cross it
};

struct PolicyRow {
  CapacityPolicy policy;
  PolicyStanding standing;
};
// Why policies permit a source to serve a receiver, or do not.
struct PolicyAccount {
  ExplainedCandidate candidate;
  std::vector<std::string> components;   // keys along the predicted path
  std::string basis;                     // of the prediction, for people
  TimeMs measured{};                     // 0: not measured
  std::vector<CapacityPolicy> policies;  // in force, that the path touches and that speak of the content
};

struct OrderRow {
  protocol::ServeOrder order;
  bool on_net = false;
  bool cdn_node = false;
  AckedBytes acked;         // as the receiver reports
  ByteRate rate;            // as the receiver reports
  bool superseded = false;  // another order has taken its place; it ends within seconds
};

// One order that lives: who feeds whom, by which way.
struct WatchedAgent {
  AgentKey key;
  std::string name;
  std::string isp;  // "" unknown
};
struct WatchedFlow {
  OrderId order;
  WatchedAgent sender;
  WatchedAgent receiver;
  bool cdn_node = false;
  bool on_net = false;
  AckedBytes acked;  // as the receiver reports, and the rate too
  ByteRate rate;
  std::int64_t receiver_holds = 0;  // pieces
  std::int64_t pieces = 0;
  std::vector<std::string> components;  // keys along the path
  std::string basis;                    // "measured", or what the path is predicted by
};

struct SwarmCounts {
  std::size_t agents = 0;
  std::size_t downloads = 0;
  std::size_t orders = 0;
  std::int64_t orders_issued = 0;  // since start
  std::int64_t orders_revoked = 0;
};

}  // namespace waybill::tracker
