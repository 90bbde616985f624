#pragma once
// The coordinator's inside: state, and the steps that its inputs are made of. For the .cpp files of this folder.
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tracker/coordinator/border_stripes.h"
#include "tracker/coordinator/candidate_sampling.h"
#include "tracker/coordinator/coordinator.h"
#include "tracker/coordinator/downloads.h"
#include "tracker/coordinator/isp_grants.h"
#include "tracker/coordinator/order_terms.h"
#include "tracker/coordinator/owner_desk.h"
#include "tracker/coordinator/policy_ledger.h"
#include "tracker/coordinator/policy_routes.h"
#include "tracker/coordinator/swarm_state.h"

namespace waybill::tracker {

inline constexpr std::size_t kMaxOrdersPerReceiver = 64;   // superseded ones left out
inline constexpr std::size_t kMaxCoolDowns = 128;          // for each receiver; the oldest is forgotten
inline constexpr DurationMs kHandOver = seconds(3);        // for which an order outlives the one in its place
inline constexpr DurationMs kHandOverRaised = seconds(1);  // likewise, where the later one permits a higher rate
inline constexpr DurationMs kShortestOrder = seconds(2);   // a grant that ends sooner is left alone
inline constexpr DurationMs kFirstPause = seconds(15);     // of a peer that failed; doubled each time in a row
inline constexpr DurationMs kLongestPause = minutes(5);
inline constexpr DurationMs kCdnPause = seconds(5);  // of a CDN node that failed: there may be no other
inline constexpr DurationMs kSettleEvery = seconds(2);
inline constexpr DurationMs kStoodStill = seconds(4);  // between two ticks: the machine slept, and nothing could arrive

// One input's instant, and the actions that it leads to.
struct Step {
  TimeMs now{};
  Actions out;
};

struct Ended {
  protocol::Refusal reason = protocol::Refusal::none;
  std::string why;
};

// How far the acknowledged total of an order may still rise when it ends `later` from now: what its receiver reported,
// what it may send unacknowledged, and what comes in until then at the rate it goes. All of the order where its
// receiver's last report, `reported`, is no longer fresh.
std::int64_t may_be_acked(const LiveOrder& live, TimeMs reported, TimeMs now, DurationMs later);
inline constexpr DurationMs kReportIsFresh = seconds(3);  // reports come every second
inline constexpr DurationMs kEndArrives = seconds(2);     // a report is a second old, and a Revoke takes its time
inline constexpr DurationMs kSharesEvery = seconds(2);
inline constexpr DurationMs kRoutesEvery = minutes(10);  // predictions age

struct Coordinator::State {
  State(CoordinatorOptions given, runtime::Random seeded) : options(std::move(given)), random(seeded) {}

  // order_issue.cpp
  // False where no useful order can be made: too little quota or time is left, or the receiver has too many.
  bool issue(Download& download, AgentIndex source, const std::optional<OrderId>& replaces, Step& step);
  // `in_place_of`: the live order between the same two that they are to replace; null: a further one.
  std::optional<Terms> terms_for(const Download& download, AgentIndex source, const LiveOrder* in_place_of, TimeMs now);
  void enter_order(Download& download, LiveOrder live, const std::optional<OrderId>& replaces, TimeMs now);
  void end_order(const OrderId& id, const Ended& ended, Step& step, bool tell = true);
  void end_download(const DownloadKey& key, const Ended& ended, Step& step);
  // Why a live order may not go on, e.g. since its sender's ISP's grant is over.
  std::optional<Ended> forbidden(const LiveOrder& live, TimeMs now) const;
  // It permitted less than its receiver misses, and was issued so lately that its receiver had no time to report.
  bool was_short(const LiveOrder& live, TimeMs now) const;
  // Ends what is forbidden among the orders of this sender, or of all, and looks for others in their place.
  void enforce(const std::vector<OrderId>& orders, Step& step);
  void enforce_everywhere(Step& step);
  // Ends the latest orders of a sender that serves more than its owner permits.
  void drop_beyond_slots(AgentIndex sender, Step& step);
  void refresh_grants(TimeMs now);
  // Ends the requests of those whom an owner does not want served at the moment.
  void keep_owners_choices(Step& step);
  void update_spendable(IspId isp);

  class Gate;           // policy_gate_detail.h: what selection asks of policies for one request
  class ContentGrants;  // there too: and of grants

  // policy_steps.cpp
  // Takes up the policies in force at `now`, and counts the live orders under them.
  void use_policies(const std::vector<PolicyUse>& use, TimeMs now);
  // Keeps them: orders are revoked where too many bytes are promised, and replaced where rates are to change.
  void keep_policies(Step& step);
  void shed(PolicySlot slot, Step& step);
  void share_rates(PolicySlot slot, Step& step);
  void enter_policies(const LiveOrder& live, TimeMs now);
  std::vector<PolicySlot> policies_of(const LiveOrder& live, TimeMs now) const;
  void record_policies(const RecordedBytes& recorded);
  void restore_policies(const std::vector<UnsettledTransfer>& orders, TimeMs now);
  PolicyAdmission admit(const Download& download, AgentIndex source, const LiveOrder* in_place_of, TimeMs now) const;
  std::string isp_of_policy(PolicySlot slot) const;

  // download_review.cpp
  void review(Download& download, Step& step);
  // Selects and issues what is missing of the wanted number of sources; returns how many orders were issued.
  std::size_t top_up(Download& download, Step& step);
  void drop_stalled(Download& download, Step& step);
  void drop_spare_cdn(Download& download, Step& step);
  void renew(Download& download, Step& step);
  void end_superseded(Download& download, Step& step);
  void end_used_up(Download& download, Step& step);
  void limit_cdn(Download& download, Step& step);
  void cool_down(AgentIndex receiver, const LiveOrder& live, TimeMs now);
  void forgive(AgentIndex receiver, const LiveOrder& live);
  // Superseded orders left out.
  std::vector<const LiveOrder*> sources_of(const Download& download) const;
  std::size_t select_for(const Download& download, const SourceNeeds& needs, TimeMs now);  // into `drawn`
  bool complete(const Download& download) const;
  bool is_through(const LiveOrder& live) const;

  // crossings.cpp
  using StripesKey = std::pair<ContentId, IspSlot>;
  // Whether bytes of this ISP's customers to others' cost more than the CDN's own; false where no price is known.
  bool dearer_than_cdn(IspId sender_isp, bool to_stock_client) const;
  bool can_share(AgentIndex receiver, const Content& wanted) const;
  // The receiver takes or gives up its share as it can give it to the others or not.
  void settle_share(const Download& download, Step& step);
  void leave_share(const DownloadKey& of, bool keeps_it, Step& step);
  // Others of its ISP that share with it need not wait for their next look around.
  void new_holder(AgentIndex agent, const ContentId& content, Step& step);
  // Orders between it and those of its ISP that share with it and hold nothing yet, either way.
  void introduce_siblings(Download& download, Step& step);
  void introduce(Download& download, AgentIndex source, Step& step);
  void leave_all_shares(AgentIndex agent, Step& step);  // also of contents that it holds whole
  StripePart cdn_part(const StripesKey& key) const;
  // What the source may be ordered to serve; empty: nothing.
  std::vector<protocol::PieceRange> ranges_for(const Download& download, AgentIndex source) const;
  // Orders follow the shares at one ISP; `isps_changed`: the ISPs that have receivers of the content are others now.
  void restripe(const StripesKey& key, bool isps_changed, Step& step);
  void keep_ranges(Download& download, Step& step);
  bool shares_content(const Download& download) const;  // with other receivers at its ISP
  bool striped(const Download& download) const;
  std::int64_t even_part_of_cdn(const Download& download) const;
  void watch_pace(Download& download, ByteRate cdn, ByteRate peers, Step& step);
  const BorderStripes* stripes_of(const Download& download) const;  // null where nobody shares there

  // coordinator_requests.cpp
  void take_report(Download& download, const protocol::Progress& report, Step& step);
  std::string failure_text(const LiveOrder& live, const protocol::SourceFailed& failed) const;
  std::optional<RefuseWant> find_refusal(AgentIndex receiver, const protocol::Want& want) const;
  void remove_agent(AgentIndex agent, const Ended& ended, Step& step);
  const Content* content(const ContentId& id) const;
  Download* download(const AgentKey& receiver, const ContentId& content);
  // The live order that this receiver speaks of; null where it has none such.
  LiveOrder* order_of(const AgentKey& receiver, const OrderId& id);

  // coordinator_queries.cpp
  std::vector<ExplainedCandidate> explain(const ContentId& content, AgentIndex receiver, std::size_t limit,
                                          TimeMs now) const;
  std::string reason_of(const Candidate& candidate, const SelectionRequest& request) const;
  // One line for the log: what was chosen, and why others were not.
  std::string account_for(const Download& download, TimeMs now) const;
  std::string audit_orders() const;

  CoordinatorOptions options;
  runtime::Random random;
  SwarmState swarm;
  IspGrants grants;
  OwnerDesk owners;
  std::unordered_map<ContentId, Content> contents;
  std::function<IspId(const IpAddress&)> isp_of;
  std::vector<CapacityPolicy> all_policies;  // those that are not in force yet too
  PolicyLedger policies;                     // those in force
  PathPredictor::WayBetween isps_between;
  mutable PolicyRoutes routes{
      [this](IspId isp) { return grants.name_of(isp); },  // a cache
      [this](IspId from, IspId to) { return isps_between ? isps_between(from, to) : std::vector<RoutedIsp>(); }};
  std::int64_t path_table_version = 0;
  std::optional<TimeMs> policies_change;  // the next instant at which one begins or ends
  TimeMs next_shares{};
  TimeMs next_routes{};
  TimeMs latest{};  // instant of an input
  Downloads downloads;
  std::map<StripesKey, BorderStripes> stripes;  // of contents that are being received, by the receivers' ISP
  OrderBook orders;
  std::vector<Candidate> drawn;  // scratch of select_for()
  TimeMs next_settle{};
  TimeMs awake_since{};  // before it the tracker took no receipts
  std::int64_t orders_issued = 0;
  std::int64_t orders_revoked = 0;
};

}  // namespace waybill::tracker
