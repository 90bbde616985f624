#pragma once
// An own, plain account of a small swarm under a coordinator: agents, ISPs with their agreements, orders, transfers,
// receipts. It performs the coordinator's actions and audits the promises from what it knows itself; of tracker/policy
// and of the coordinator's indexes it uses nothing.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/runtime/random.h"
#include "tracker/coordinator/coordinator.h"

namespace waybill::tracker::sim {

struct ModelAgent {
  AgentKey key;
  bool cdn = false;
  bool online = false;
  bool frozen = false;  // connected, but reports nothing
  std::uint64_t connection = 0;
  IpAddress address;
  protocol::SharingState sharing;
  std::map<ContentId, std::int64_t> pieces;  // held
  TimeMs connected_since{};
};

struct ModelOrder {
  IssueOrder issue;
  bool live = true;
  std::int64_t acked = 0;
  std::int64_t receipted = 0;  // acknowledged bytes that the tracker knows
  TimeMs last_bytes{};
  std::int64_t moved = 0;  // bytes of the latest step
  std::int64_t told = 0;   // of `acked`, that the receiver has reported
  bool shown = false;      // a receipt has shown its path
  TimeMs path_known{};     // when that was
};

// What crossed a byte policy's subject in one of its windows.
struct PolicyWindowUse {
  std::int64_t acked = 0;
  std::int64_t slack = 0;  // by which it may exceed the limit, as tracker/policy/README.md states
  std::set<OrderId> excused;
};

struct ModelWant {
  std::int64_t bytes = 0;  // received and checked
  TimeMs last_source{};    // when it last had a live order, or no CDN node could have served it
};

class Model {
 public:
  explicit Model(std::uint64_t seed, bool with_policies = false);

  void step();
  // "" or the first broken promise.
  std::string audit();
  int tight_quotas() const;  // of which more than four fifths are billed in a day

  std::int64_t billed_total = 0;
  std::int64_t wants_done = 0;
  std::map<int, std::int64_t> revoked_by_reason;
  std::int64_t issued = 0;
  int byte_policies_tight = 0;                  // windows of which more than four fifths were used
  int rate_policies_tight = 0;                  // moments at which more than four fifths of a rate were permitted
  std::int64_t largest_overshoot = 0;           // of a byte policy, in bytes; within the stated bound
  std::int64_t foreseen_overshoot = INT64_MIN;  // where every order was foreseen

 private:
  using WantKey = std::pair<AgentKey, ContentId>;

  void setup();
  void perform(Actions actions);
  void perform(const IssueOrder& issue);
  void random_event();
  void change_agent(ModelAgent& agent);
  void connect(ModelAgent& agent);
  void disconnect(ModelAgent& agent);
  void change_sharing(ModelAgent& agent);
  void change_library(ModelAgent& agent);
  void want_something(ModelAgent& agent);
  void blame_source(ModelAgent& agent);
  void change_registry();
  void change_agreement();
  void transfer(ModelOrder& order);
  void report(ModelAgent& agent);
  void send_receipts(ModelAgent& agent);
  void close(ModelOrder& order);

  std::string audit_order(const ModelOrder& order) const;
  std::string audit_grant(const ModelOrder& order) const;
  std::string audit_slots() const;
  std::string audit_quotas() const;
  std::string audit_wants();
  std::string audit_books() const;

  // coordinator_policies.cpp: capacity policies as the model reads them.
  void change_policies();
  std::vector<std::string> true_path(const ModelOrder& order) const;
  bool crosses(const ModelOrder& order, const CapacityPolicy& policy) const;
  void count_policies(ModelOrder& order, std::int64_t added);
  RecordedBytes with_path(const ModelOrder& order, RecordedBytes recorded) const;
  std::string audit_policies();
  std::string audit_rate(const CapacityPolicy& policy);

  // The model's own reading of the rules.
  int isp_of(const IpAddress& address) const;  // 0: none
  const Agreement* agreement_of(int isp) const;
  TimeMs day_start(int isp, TimeMs at) const;
  const Content& content(const ContentId& id) const;
  bool coin(int percent) { return random_.below(100) < static_cast<std::uint64_t>(percent); }
  ModelAgent& any_agent() { return agents_[random_.below(agents_.size())]; }

  runtime::Random random_;
  TimeMs now_;
  RegistryTables tables_;
  int moved_prefixes_ = 0;  // how often addresses changed their ISP
  std::vector<ModelAgent> agents_;
  std::map<AgentKey, ModelAgent*> by_key_;
  std::map<OrderId, ModelOrder> orders_;
  std::map<WantKey, ModelWant> wants_;
  // Billable bytes by agreement and the start of the day that they count in.
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> billed_;
  std::uint64_t next_connection_ = 1;
  std::int64_t next_agreement_ = 100;
  std::uint64_t next_order_ = 0;
  const bool with_policies_;
  std::int64_t next_policy_ = 1;
  TimeMs prefixes_moved_{};
  std::map<std::pair<PolicyId, std::int64_t>, PolicyWindowUse> policy_use_;
  std::string fault_;
  Coordinator coordinator_;
};

}  // namespace waybill::tracker::sim
