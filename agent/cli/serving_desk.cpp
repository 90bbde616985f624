#include "agent/cli/serving_desk.h"

#include "common/protocol/limits.h"
#include "common/runtime/log.h"

namespace waybill::cli {

namespace {

// A trace that its tracer forgot holds up the last receipt of an order no longer than this.
constexpr DurationMs kTracePatience = seconds(5);
// A rate is of the last second; the engine tells nothing while nothing changes.
constexpr DurationMs kRateLifetime = seconds(2);

}  // namespace

bool is_busy(const protocol::LoadReport& report) { return report.orders_served > 0 || report.upload_rate.value > 0; }

bool load_report_due(const protocol::LoadReport& present, bool told_busy) { return is_busy(present) || told_busy; }

ServingDesk::ServingDesk(Needs needs) : needs_(std::move(needs)), tracer_(needs_.loop, needs_.clock) {}

protocol::Path ServingDesk::path_to(const IpAddress& receiver) const {
  if (auto path = tracer_.latest(needs_.source, receiver)) return *path;
  protocol::Path unknown;
  unknown.source = needs_.source;
  unknown.destination = receiver;
  return unknown;
}

bool ServingDesk::path_pending(const IpAddress& receiver) const {
  const auto found = tracing_.find(receiver);
  return found != tracing_.end() && needs_.clock.now() - found->second < kTracePatience;
}

void ServingDesk::trace(const IpAddress& receiver) {
  tracing_[receiver] = needs_.clock.now();
  tracer_.trace(needs_.source, receiver, [this, receiver](const protocol::Path& path) {
    tracing_.erase(receiver);
    WAYBILL_DEBUG("path", "traced to={} method={} hops={} complete={}", receiver.str(),
                  path.method == protocol::PathMethod::trace ? "trace" : "none", path.hops.size(), path.complete);
  });
}

void ServingDesk::take(const protocol::Serve& serve) {
  auto order = protocol::open_order(serve.order, needs_.tracker_key);
  if (!order || order->order.sender != needs_.key.public_key()) {
    WAYBILL_WARN("serve", "an order from the tracker is not for this agent: {}",
                 order ? "another sender" : order.error().message);
    return;
  }
  std::optional<transfer::Call> call;
  if (serve.dial != protocol::Dial::receiver && serve.receiver_port != 0) {
    call = transfer::Call{{serve.receiver, serve.receiver_port}, serve.dial == protocol::Dial::both};
  }
  needs_.engine.add_serve_order(std::move(*order), serve.receiver, call);
}

void ServingDesk::take(const transfer::OrderAccepted& accepted) {
  const auto& order = accepted.order.order;
  WAYBILL_INFO("serve", "order begins order={} content={} to={} receiver={} limit={} until={}", order.id.brief(),
               order.content.brief(), accepted.receiver.str(), order.receiver.brief(), order.byte_limit.value,
               order.not_after.value);
  serving_[order.id] = {order, accepted.receiver, {}};
  book_->order_accepted(accepted);
  trace(accepted.receiver);
}

void ServingDesk::take(const transfer::ServeProgress& progress) {
  const auto found = serving_.find(progress.order);
  if (found != serving_.end()) found->second.last = progress;
  book_->progressed(progress);
}

void ServingDesk::take(const transfer::ServeEnded& ended) {
  const auto& last = ended.last;
  WAYBILL_INFO("serve", "order ended order={} content={} to={} sent={} acknowledged={} why={}", last.order.brief(),
               last.content.brief(), last.receiver.str(), last.sent.value, last.acked.value,
               ended.why == protocol::Refusal::none ? "done" : protocol::name_of(ended.why));
  serving_.erase(last.order);
  book_->order_ended(ended);
}

ByteRate ServingDesk::rate() const {
  ByteRate rate;
  const auto now = needs_.clock.now();
  for (const auto& [id, served] : serving_) {
    if (now - served.last.last_block < kRateLifetime) rate += served.last.rate;
  }
  return rate;
}

void ServingDesk::tick() {
  int served = 0;
  for (const auto& [id, order] : serving_) served += order.last.connected ? 1 : 0;
  const protocol::LoadReport report{rate(), served};
  if (load_report_due(report, reported_) && needs_.tell_tracker(report)) reported_ = is_busy(report);
}

}  // namespace waybill::cli
