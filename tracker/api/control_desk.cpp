#include "tracker/api/control_desk.h"

#include "common/crypto/digest.h"
#include "common/protocol/delivery.h"
#include "common/runtime/log.h"

namespace waybill::tracker {

using protocol::Refusal;

namespace {

constexpr DurationMs kTick{500};
constexpr const char* kTakenOff = "the operator took this agent off the register";

CoordinatorOptions coordinator_options(std::optional<Money> cdn_price) {
  CoordinatorOptions options;
  options.cdn_price = cdn_price;
  options.new_order_id = [] { return *OrderId::from_bytes(crypto::random_bytes(OrderId::kSize)); };
  return options;
}

RegistryTables tables_of(const std::shared_ptr<const RegistryView>& registry) {
  RegistryTables tables;
  tables.isps = registry->isps;
  tables.agreements = registry->agreements;
  tables.terms = registry->agreed.terms;
  tables.contracts = registry->agreed.contracts;
  tables.owner_use = registry->owner_use;
  for (const auto& [id, content] : registry->contents) tables.contents.push_back(content);
  tables.policies = registry->policies;
  tables.policy_use = registry->policy_use;
  tables.path_table_version = registry->paths.version();
  tables.isp_of = [registry](const IpAddress& address) { return registry->isp_of(address); };
  tables.isps_between = [registry](IspId from, IspId to) { return registry->paths.isps_between(from, to); };
  return tables;
}

}  // namespace

ControlDesk::ControlDesk(crypto::KeyPair key, const runtime::Clock& clock, runtime::EventLoop& loop,
                         StoreBridge& bridge, std::optional<Money> cdn_price)
    : key_(key),
      clock_(clock),
      loop_(loop),
      bridge_(bridge),
      coordinator_(coordinator_options(cdn_price), runtime::Random::from_system()),
      dispatch_(
          key, clock, bridge, [this](const AgentKey& to, const protocol::ControlMessage& m) { return send(to, m); },
          [this](const OrderId& order) { dispatch_.carry_out(coordinator_.order_failed(order, clock_.now())); }),
      probes_(loop),
      registry_(std::make_shared<RegistryView>()) {}

ControlDesk::~ControlDesk() = default;

void ControlDesk::restore(std::vector<EnrolledAgent> agents, const std::vector<QuotaUse>& use,
                          const std::vector<UnsettledOrder>& orders, const std::vector<UnsettledTransfer>& unsettled) {
  for (auto& agent : agents) enrolled_.insert_or_assign(agent.key, std::move(agent));
  coordinator_.restore_quotas(use, orders, clock_.now());
  coordinator_.restore_policies(unsettled, clock_.now());
  tick();
}

void ControlDesk::registry_changed(std::shared_ptr<const RegistryView> registry) {
  loop_.assert_owner();
  registry_ = std::move(registry);
  // Those who enrolled with another tracker on the same database, and those whom it took off.
  for (const auto& [key, agent] : registry_->agents) enrolled_.insert_or_assign(key, agent);
  dispatch_.carry_out(coordinator_.registry_changed(tables_of(registry_), clock_.now()));
  let_go_of_removed();
}

// Its orders are revoked over its own channel first, so that it stops at once and cuts the receipts of what it served:
// those it may still hand in, as the operator's decision takes nothing from what was carried before.
void ControlDesk::let_go_of_removed() {
  std::vector<std::pair<AgentKey, Connection>> removed;
  for (const auto& [key, connection] : connected_) {
    if (!enrolled(key)) removed.emplace_back(key, connection);
  }
  for (const auto& [key, connection] : removed) {
    dispatch_.carry_out(coordinator_.agent_gone(key, connection.number, clock_.now()));
    connected_.erase(key);
    connection.session->refuse(Refusal::not_enrolled, kTakenOff);
    WAYBILL_INFO("control", "agent taken off the register agent={}", key.brief());
  }
}

void ControlDesk::agent_enrolled(const EnrolledAgent& agent) { enrolled_.insert_or_assign(agent.key, agent); }

const EnrolledAgent* ControlDesk::enrolled(const AgentKey& key) const {
  const auto found = enrolled_.find(key);
  return found == enrolled_.end() || found->second.removed ? nullptr : &found->second;
}

void ControlDesk::receipts_recorded(const std::vector<RecordedBytes>& recorded) {
  loop_.assert_owner();
  for (const auto& bytes : recorded) coordinator_.receipt_recorded(bytes);
}

ControlCounters ControlDesk::counters() const { return {static_cast<std::int64_t>(connected_.size()), refused_}; }

void ControlDesk::accept(std::shared_ptr<net::WebSocket> socket) {
  std::make_shared<ControlSession>(std::move(socket), key_.public_key(), loop_, *this)->start();
}

void ControlDesk::tick() {
  dispatch_.carry_out(coordinator_.tick(clock_.now()));
  tick_timer_ = loop_.after(kTick, [this] { tick(); });
}

bool ControlDesk::send(const AgentKey& agent, const protocol::ControlMessage& message) {
  const auto found = connected_.find(agent);
  if (found == connected_.end()) {
    if (listener_) listener_(agent, message);
    return false;
  }
  found->second.session->send(message);
  return true;
}

void ControlDesk::drive(const std::function<Actions(Coordinator&, TimeMs)>& step) {
  loop_.assert_owner();
  dispatch_.carry_out(step(coordinator_, clock_.now()));
}

void ControlDesk::proven(const std::shared_ptr<ControlSession>& session, const protocol::Hello& hello) {
  const auto* agent = enrolled(hello.key);
  if (!agent) {
    const bool removed = enrolled_.contains(hello.key);
    return session->refuse(Refusal::not_enrolled, removed ? kTakenOff : "this key is not enrolled here");
  }
  const std::uint64_t number = next_connection_++;
  if (const auto before = connected_.find(hello.key); before != connected_.end()) {
    const auto older = before->second.session;
    connected_.erase(before);
    older->refuse(Refusal::replaced_by_newer_connection, "a newer connection of the same agent took over");
  }
  connected_.emplace(hello.key, Connection{session, number});
  const auto isp = registry_->isp_name(registry_->isp_of(session->address()));
  session->send(protocol::Welcome{agent->role, isp, session->address(), clock_.now()});
  WAYBILL_INFO("control", "agent connected agent={} name={} role={} address={} isp={} holds={} shares={}",
               hello.key.brief(), agent->name, protocol::name_of(agent->role), session->address().str(),
               isp.empty() ? "-" : isp, hello.library.size(), hello.sharing.consented ? "yes" : "no");
  AgentFacts facts{hello.key,           number,        agent->name,   agent->role,      session->address(),
                   hello.transfer_port, hello.sharing, hello.library, hello.live_orders};
  facts.local_address = hello.local_address;
  facts.mapped_port = hello.mapped_port;
  dispatch_.carry_out(coordinator_.agent_connected(facts, clock_.now()));
  try_port(*session, number, hello.mapped_port != 0 ? hello.mapped_port : hello.transfer_port);
}

void ControlDesk::try_port(const ControlSession& session, std::uint64_t connection, std::uint16_t port) {
  if (port == 0) return;
  probes_.try_port({session.address(), port}, [this, key = session.key(), connection, port](bool open) {
    coordinator_.reach_known(key, connection, open ? Reach::open : Reach::closed);
    const auto found = connected_.find(key);
    if (found == connected_.end() || found->second.number != connection) return;
    found->second.session->send(protocol::Reach{open, port});
    WAYBILL_INFO("control", "agent's port {} agent={} port={}", open ? "is reached" : "is not reached from here",
                 key.brief(), port);
  });
}

void ControlDesk::closed(ControlSession& session, const std::string& reason) {
  const auto found = connected_.find(session.key());
  if (found == connected_.end() || found->second.session.get() != &session) return;  // a newer one took over
  const auto number = found->second.number;
  connected_.erase(found);
  WAYBILL_INFO("control", "agent gone agent={} reason={}", session.key().brief(), reason);
  dispatch_.carry_out(coordinator_.agent_gone(session.key(), number, clock_.now()));
}

void ControlDesk::refused(const ControlSession& session, Refusal reason) {
  ++refused_[static_cast<int>(reason)];
  WAYBILL_WARN("control", "refused address={} reason={}", session.address().str(), protocol::name_of(reason));
}

void ControlDesk::message(ControlSession& session, const protocol::ControlMessage& message) {
  const auto& key = session.key();
  const auto now = clock_.now();
  if (const auto* library = std::get_if<protocol::LibraryUpdate>(&message)) {
    dispatch_.carry_out(coordinator_.library_update(key, library->held, now));
  } else if (const auto* sharing = std::get_if<protocol::SharingUpdate>(&message)) {
    dispatch_.carry_out(coordinator_.sharing_update(key, sharing->sharing, now));
  } else if (const auto* load = std::get_if<protocol::LoadReport>(&message)) {
    dispatch_.carry_out(coordinator_.load_report(key, *load, now));
  } else if (const auto* mapped = std::get_if<protocol::PortMapped>(&message)) {
    coordinator_.port_mapped(key, mapped->port);
    const auto found = connected_.find(key);
    if (found != connected_.end()) try_port(session, found->second.number, mapped->port);
  } else if (const auto* want = std::get_if<protocol::Want>(&message)) {
    dispatch_.carry_out(coordinator_.want(key, *want, now));
  } else if (const auto* progress = std::get_if<protocol::Progress>(&message)) {
    dispatch_.carry_out(coordinator_.progress(key, *progress, now));
  } else if (const auto* failed = std::get_if<protocol::SourceFailed>(&message)) {
    dispatch_.carry_out(coordinator_.source_failed(key, *failed, now));
  } else if (const auto* give_up = std::get_if<protocol::GiveUp>(&message)) {
    dispatch_.carry_out(coordinator_.give_up(key, give_up->content, now));
  } else if (const auto* done = std::get_if<protocol::Done>(&message)) {
    on_done(session, *done);
  }
}

void ControlDesk::on_done(ControlSession& session, const protocol::Done& done) {
  const auto delivery = protocol::open_delivery(done.delivery);
  if (!delivery) return session.refuse(Refusal::control_malformed, "delivery: " + delivery.error().message);
  if (delivery->receiver != session.key() || delivery->content != done.content) {
    return session.refuse(Refusal::control_malformed, "delivery: it is for another receiver or content");
  }
  const auto content = registry_->contents.find(done.content);
  if (content == registry_->contents.end()) {
    return session.send(protocol::Refused{Refusal::content_unknown, "delivery: no such content", done.content});
  }
  if (delivery->size != content->second.size) {
    return session.refuse(Refusal::control_malformed, "delivery: its size is not the content's");
  }
  dispatch_.carry_out(coordinator_.done(session.key(), done.content, clock_.now()));
  StoredDelivery stored{
      delivery->content, session.key(),     content->second.owner, registry_->isp_of(session.address()),
      delivery->size,    delivery->started, delivery->completed,   done.delivery};
  record_delivery(std::move(stored));
}

void ControlDesk::record_delivery(StoredDelivery stored) {
  const auto asked = bridge_.ask(
      [stored](Store& store) { return store.evidence().add_delivery(stored); },
      [this, receiver = stored.receiver, content = stored.content](Result<bool> added) {
        // Without the answer the agent says it again when it next connects.
        if (!added) return WAYBILL_ERROR("evidence", "delivery not recorded: {}", added.error().message);
        if (*added) {
          WAYBILL_INFO("evidence", "delivery recorded content={} receiver={}", content.brief(), receiver.brief());
        }
        send(receiver, protocol::DoneRecorded{content});
      });
  if (!asked) WAYBILL_ERROR("evidence", "delivery not recorded: {}", asked.error().message);
}

}  // namespace waybill::tracker
