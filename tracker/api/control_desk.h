#pragma once
// Where the control sessions meet the coordinator: keeps who is connected, hands their messages to the coordinator, has
// its actions carried out. Owned by the loop.
#include <memory>
#include <string>
#include <unordered_map>

#include "common/net/port_probes.h"
#include "common/runtime/clock.h"
#include "tracker/api/control_session.h"
#include "tracker/api/order_dispatch.h"
#include "tracker/api/registry_view.h"
#include "tracker/coordinator/coordinator.h"

namespace waybill::tracker {

struct ControlCounters {
  std::int64_t connected = 0;
  std::unordered_map<int, std::int64_t> refused;  // by number of protocol::Refusal
};

class ControlDesk final : public ControlSink {
 public:
  ControlDesk(crypto::KeyPair key, const runtime::Clock& clock, runtime::EventLoop& loop, StoreBridge& bridge,
              std::optional<Money> cdn_price);
  ~ControlDesk() override;

  // Before serving, after the first registry_changed: who is enrolled, and what the books say of quotas.
  void restore(std::vector<EnrolledAgent> agents, const std::vector<QuotaUse>& use,
               const std::vector<UnsettledOrder>& orders, const std::vector<UnsettledTransfer>& unsettled);
  void registry_changed(std::shared_ptr<const RegistryView> registry);
  void agent_enrolled(const EnrolledAgent& agent);
  void receipts_recorded(const std::vector<RecordedBytes>& recorded);
  void accept(std::shared_ptr<net::WebSocket> socket);  // a new control channel

  const RegistryView& registry() const { return *registry_; }
  const EnrolledAgent* enrolled(const AgentKey& key) const;  // null: not enrolled, or taken off the register
  const Coordinator& coordinator() const { return coordinator_; }
  ControlCounters counters() const;

  // For receivers that have no control channel (announce_service.h): a step of the coordinator, carried out; and who
  // hears what is said to those that are not connected.
  void drive(const std::function<Actions(Coordinator&, TimeMs)>& step);
  using Listener = std::function<void(const AgentKey&, const protocol::ControlMessage&)>;
  void set_listener(Listener listener) { listener_ = std::move(listener); }

 private:
  struct Connection {
    std::shared_ptr<ControlSession> session;
    std::uint64_t number = 0;
  };

  void proven(const std::shared_ptr<ControlSession>& session, const protocol::Hello& hello) override;
  void message(ControlSession& session, const protocol::ControlMessage& message) override;
  void closed(ControlSession& session, const std::string& reason) override;
  void refused(const ControlSession& session, protocol::Refusal reason) override;

  void on_done(ControlSession& session, const protocol::Done& done);
  void record_delivery(StoredDelivery stored);
  bool send(const AgentKey& agent, const protocol::ControlMessage& message);
  void let_go_of_removed();
  void try_port(const ControlSession& session, std::uint64_t connection, std::uint16_t port);
  void tick();

  crypto::KeyPair key_;
  const runtime::Clock& clock_;
  runtime::EventLoop& loop_;
  StoreBridge& bridge_;
  Coordinator coordinator_;
  OrderDispatch dispatch_;
  net::PortProbes probes_;
  std::shared_ptr<const RegistryView> registry_;
  std::unordered_map<AgentKey, EnrolledAgent> enrolled_;
  std::unordered_map<AgentKey, Connection> connected_;
  std::uint64_t next_connection_ = 1;
  std::unordered_map<int, std::int64_t> refused_;
  Listener listener_;
  runtime::Timer tick_timer_;
};

}  // namespace waybill::tracker
