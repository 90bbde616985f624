#include "tracker/alerts/delivery_desk.h"

#include <algorithm>
#include <mutex>
#include <optional>

#include "common/runtime/log.h"
#include "common/runtime/worker_thread.h"

namespace waybill::tracker {

struct DeliveryDesk::Attempt {
  StoredAlertDelivery delivery;
  std::string channel;  // its name
};

// What the worker's thread touches: it outlives the desk where a task that was posted back comes late.
struct DeliveryDesk::Shared {
  explicit Shared(std::unique_ptr<ChannelTransport> by) : transport(std::move(by)) {}
  std::unique_ptr<ChannelTransport> transport;
  std::mutex mutex;
  std::optional<DeliveryOutcome> outcome;     // of the attempt under way
  DeliveryDesk* desk = nullptr;               // the owner's thread only; null when it is gone
  runtime::WorkerThread worker{"alerts", 4};  // one attempt, and who waits for its end
};

DeliveryDesk::DeliveryDesk(Alerts& alerts, const runtime::Clock& clock, std::unique_ptr<ChannelTransport> transport,
                           Post post)
    : alerts_(alerts), clock_(clock), post_(std::move(post)), shared_(std::make_shared<Shared>(std::move(transport))) {
  shared_->desk = this;
}

DeliveryDesk::~DeliveryDesk() {
  shared_->desk = nullptr;
  shared_->transport->stop();
  shared_->worker.run_and_wait([] {});  // behind the attempt under way
  if (const auto ok = record_outcome(); !ok) {
    WAYBILL_WARN("alerts", "the last attempt's outcome is not recorded, it will be tried again: {}",
                 ok.error().message);
  }
}

bool DeliveryDesk::busy() const { return attempt_ != nullptr; }

Status DeliveryDesk::pump() {
  if (auto ok = record_outcome(); !ok) return ok;
  return attempt_ ? Status{} : begin_next();
}

Status DeliveryDesk::record_outcome() {
  if (!attempt_) return {};
  DeliveryOutcome outcome;
  {
    const std::lock_guard lock(shared_->mutex);
    if (!shared_->outcome) return {};
    outcome = *shared_->outcome;
  }
  const auto& delivery = attempt_->delivery;
  const auto result = settle_attempt(outcome, delivery.created, delivery.attempts, clock_.now());
  // Where the store cannot take it now, the outcome stays, and nothing else is begun before it is recorded.
  if (auto ok = alerts_.finish_attempt(delivery.id, result); !ok) return ok;
  if (result.state == AlertDeliveryState::pending) paused_[delivery.channel] = result.next_attempt;
  if (outcome.kind == DeliveryOutcome::Kind::delivered) {
    WAYBILL_INFO("alerts", "delivered channel={} delivery={} attempt={}", attempt_->channel, delivery.id.brief(),
                 delivery.attempts);
  } else {
    WAYBILL_WARN("alerts", "not delivered, {}: {} channel={} delivery={} attempt={}",
                 result.state == AlertDeliveryState::pending ? "will be tried again" : "failed for good", outcome.why,
                 attempt_->channel, delivery.id.brief(), delivery.attempts);
  }
  const std::lock_guard lock(shared_->mutex);
  shared_->outcome.reset();
  attempt_.reset();
  return {};
}

Status DeliveryDesk::begin_next() {
  auto channels = alerts_.channels();
  if (!channels) return tl::make_unexpected(channels.error());
  std::sort(channels->begin(), channels->end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  // From the one after the last on, around.
  const auto next = std::find_if(channels->begin(), channels->end(), [&](const auto& each) { return each.id > last_; });
  std::rotate(channels->begin(), next, channels->end());
  const auto now = clock_.now();
  for (const auto& channel : *channels) {
    const auto paused = paused_.find(channel.id);
    if (paused != paused_.end() && now < paused->second) continue;
    if (paused != paused_.end()) paused_.erase(paused);
    auto claimed = alerts_.claim_delivery(channel.id, now, now + kClaim);
    if (!claimed) return tl::make_unexpected(claimed.error());
    if (*claimed) return begin(channel, **claimed);
  }
  return {};
}

Status DeliveryDesk::begin(const StoredAlertChannel& channel, const StoredAlertDelivery& delivery) {
  last_ = channel.id;
  auto settings = parse_channel(channel.settings);
  if (!settings) {
    const auto result = settle_attempt({DeliveryOutcome::Kind::refused, settings.error().message}, delivery.created,
                                       delivery.attempts, clock_.now());
    return alerts_.finish_attempt(delivery.id, result);
  }
  attempt_ = std::make_unique<Attempt>(Attempt{delivery, channel.name});
  DeliveryJob job{delivery.id,          *std::move(settings), channel.secret,
                  delivery.event.event, delivery.created,     clock_.now()};
  auto posted = shared_->worker.post([shared = shared_.get(), weak = std::weak_ptr(shared_), post = post_, job] {
    auto outcome = shared->transport->send(job);
    {
      const std::lock_guard lock(shared->mutex);
      shared->outcome = std::move(outcome);
    }
    (void)post([weak] {
      const auto alive = weak.lock();
      if (!alive || alive->desk == nullptr) return;
      if (const auto ok = alive->desk->pump(); !ok) {
        WAYBILL_WARN("alerts", "deliveries wait: {}", ok.error().message);
      }
    });
  });
  if (!posted) attempt_.reset();  // stays claimed, and is due again after that
  return posted;
}

}  // namespace waybill::tracker
