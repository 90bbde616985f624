#include "tracker/api/order_dispatch.h"

#include <algorithm>

#include "common/protocol/limits.h"
#include "common/runtime/log.h"

namespace waybill::tracker {

namespace {

IssuedOrder sign(const crypto::KeyPair& key, const IssueOrder& issue, TimeMs now) {
  IssuedOrder issued;
  issued.order = protocol::sign_order(key, issue.order);
  issued.sender_address = issue.sender_address;
  issued.receiver_address = issue.receiver_address;
  issued.source_isp = issue.sender_isp;
  issued.destination_isp = issue.receiver_isp;
  issued.issued_at = now;
  issued.on_net = issue.on_net;
  issued.cdn_node = issue.cdn_node;
  issued.content_class = issue.content_class;
  return issued;
}

std::vector<IssuedOrder> sign_all(const crypto::KeyPair& key, const Actions& actions, TimeMs now) {
  std::vector<IssuedOrder> issued;
  for (const auto& action : actions) {
    if (const auto* issue = std::get_if<IssueOrder>(&action)) issued.push_back(sign(key, *issue, now));
  }
  return issued;
}

// Collects consecutive orders for one receiver and content into one message.
class SourcesMessage {
 public:
  SourcesMessage(const OrderDispatch::Send& send) : send_(send) {}
  ~SourcesMessage() { flush(); }
  void add(const IssueOrder& issue, const ByteString& envelope) {
    const bool other = receiver_ != issue.order.receiver || sources_.content != issue.order.content;
    if (other || sources_.orders.size() == protocol::kMaxOrdersPerMessage) flush();
    receiver_ = issue.order.receiver;
    sources_.content = issue.order.content;
    sources_.orders.push_back({envelope, issue.source, issue.cdn_node, issue.on_net, issue.source_isp, issue.dial});
  }
  void flush() {
    if (!sources_.orders.empty()) send_(receiver_, sources_);
    sources_.orders.clear();
  }

 private:
  const OrderDispatch::Send& send_;
  AgentKey receiver_;
  protocol::Sources sources_;
};

std::string describe(const IssueOrder& issue) {
  return fmt::format("order issued order={} content={} from={}{} to={} {} bytes={} replaces={}", issue.order.id.brief(),
                     issue.order.content.brief(), issue.order.sender.brief(), issue.cdn_node ? " (CDN node)" : "",
                     issue.order.receiver.brief(), issue.on_net ? "on-net" : "off-net", issue.order.byte_limit.value,
                     issue.replaces ? issue.replaces->brief() : "-");
}

}  // namespace

OrderDispatch::OrderDispatch(crypto::KeyPair key, const runtime::Clock& clock, StoreBridge& bridge, Send send,
                             Failed failed)
    : key_(std::move(key)), clock_(clock), bridge_(bridge), send_(std::move(send)), failed_(std::move(failed)) {}

void OrderDispatch::carry_out(Actions actions) {
  std::move(actions.begin(), actions.end(), std::back_inserter(waiting_));
  if (!storing_) start_next();
}

void OrderDispatch::start_next() {
  while (!waiting_.empty()) {
    Actions actions = std::exchange(waiting_, {});
    auto issued = std::make_shared<std::vector<IssuedOrder>>(sign_all(key_, actions, clock_.now()));
    if (issued->empty()) {
      perform(actions, *issued);
      continue;
    }
    storing_ = true;
    auto kept = std::make_shared<Actions>(std::move(actions));
    const auto asked = bridge_.ask([issued](Store& store) { return store.evidence().add_orders(*issued); },
                                   [this, kept, issued](Status stored) {
                                     storing_ = false;
                                     finish(std::move(*kept), std::move(*issued), stored);
                                     start_next();
                                   });
    if (asked) return;
    storing_ = false;
    finish(std::move(*kept), std::move(*issued), asked);
  }
}

void OrderDispatch::finish(Actions actions, std::vector<IssuedOrder> issued, Status stored) {
  if (stored) return perform(actions, issued);
  WAYBILL_ERROR("orders", "{} orders were not issued: the store says: {}", issued.size(), stored.error().message);
  std::erase_if(actions, [](const Action& action) { return std::holds_alternative<IssueOrder>(action); });
  perform(actions, {});
  for (const auto& order : issued) failed_(order.order.order.id);
}

void OrderDispatch::perform(const Actions& actions, const std::vector<IssuedOrder>& issued) {
  SourcesMessage sources(send_);
  auto next = issued.begin();
  for (const auto& action : actions) {
    if (const auto* issue = std::get_if<IssueOrder>(&action)) {
      const auto& envelope = (next++)->order.envelope;
      WAYBILL_INFO("orders", "{}", describe(*issue));
      send_(issue->order.sender, protocol::Serve{envelope, issue->receiver_address, issue->dial, issue->receiver_port});
      sources.add(*issue, envelope);
      continue;
    }
    sources.flush();
    if (const auto* revoke = std::get_if<RevokeOrder>(&action)) {
      WAYBILL_INFO("orders", "order revoked order={} reason={} {}", revoke->order.brief(),
                   protocol::name_of(revoke->reason), revoke->why);
      const protocol::Revoke message{revoke->order, revoke->reason};
      send_(revoke->sender, message);
      if (revoke->receiver != AgentKey{}) send_(revoke->receiver, message);
    } else if (const auto* refusal = std::get_if<RefuseWant>(&action)) {
      WAYBILL_INFO("orders", "request refused content={} from={} {}", refusal->content.brief(),
                   refusal->receiver.brief(), refusal->message);
      send_(refusal->receiver, protocol::Refused{refusal->reason, refusal->message, refusal->content});
    } else if (const auto* failure = std::get_if<RecordFailure>(&action)) {
      record_failure(*failure);
    } else if (const auto* line = std::get_if<LogLine>(&action)) {
      if (line->warning) {
        WAYBILL_WARN("coordinator", "{}", line->text);
      } else {
        WAYBILL_INFO("coordinator", "{}", line->text);
      }
    }
  }
}

void OrderDispatch::record_failure(const RecordFailure& failure) {
  const OrderFailure kept{failure.order, clock_.now(), failure.why};
  const auto asked = bridge_.ask([kept](Store& store) { return store.evidence().add_failure(kept); },
                                 [order = kept.order](Status added) {
                                   if (added) return;
                                   WAYBILL_ERROR("orders", "the failure of order={} is not on the record: {}",
                                                 order.brief(), added.error().message);
                                 });
  if (!asked)
    WAYBILL_ERROR("orders", "the failure of order={} is not on the record: {}", kept.order.brief(),
                  asked.error().message);
}

}  // namespace waybill::tracker
