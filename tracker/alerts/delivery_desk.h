#pragma once
// Empties the outbox: one delivery at a time goes to a worker thread, and its outcome back into the store. A process
// that dies in between leaves the delivery claimed for kClaim; then it is due again, under the same id.
#include <functional>
#include <map>
#include <memory>

#include "common/runtime/clock.h"
#include "tracker/alerts/channel_transport.h"
#include "tracker/store/alerts.h"

namespace waybill::tracker {

// Longer than an attempt can take, so that no delivery is tried twice at once, by whatever tracker.
inline constexpr DurationMs kClaim = seconds(30);
static_assert(kClaim > kMaxAttempt);

class DeliveryDesk {
 public:
  // All calls on the owner's thread: the store's. `post` brings a task there, from the worker's thread; where it
  // cannot, the next pump() sees to the outcome.
  using Post = std::function<Status(std::function<void()>)>;
  DeliveryDesk(Alerts& alerts, const runtime::Clock& clock, std::unique_ptr<ChannelTransport> transport, Post post);
  // Ends the attempt under way within a second, and records how it went.
  ~DeliveryDesk();
  DeliveryDesk(const DeliveryDesk&) = delete;
  DeliveryDesk& operator=(const DeliveryDesk&) = delete;

  // Begins the next attempt where none is under way and one is due. Channels take turns; one whose receiver did not
  // take a delivery gets nothing until that delivery is due again. Call often: once a second.
  Status pump();
  bool busy() const;

 private:
  struct Attempt;
  struct Shared;
  Status record_outcome();
  Status begin_next();
  Status begin(const StoredAlertChannel& channel, const StoredAlertDelivery& delivery);

  Alerts& alerts_;
  const runtime::Clock& clock_;
  Post post_;
  std::shared_ptr<Shared> shared_;
  std::unique_ptr<Attempt> attempt_;  // under way
  std::map<AlertChannelId, TimeMs> paused_;
  AlertChannelId last_;  // whose turn it was
};

}  // namespace waybill::tracker
