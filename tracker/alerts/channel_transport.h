#pragma once
// Carries one delivery to its receiver. Blocking: for a worker thread.
#include <memory>
#include <string>

#include "tracker/alerts/channel.h"
#include "tracker/alerts/delivery_schedule.h"

namespace waybill::tracker {

struct DeliveryJob {
  AlertDeliveryId id;
  Channel channel;
  ByteString secret;
  std::string event;  // alert_message.h
  TimeMs created{};
  TimeMs attempt{};  // the time now
};

class ChannelTransport {
 public:
  virtual ~ChannelTransport() = default;
  virtual DeliveryOutcome send(const DeliveryJob& job) = 0;
  // From any thread: an attempt under way ends within a second, later ones at once; they are to be tried later.
  virtual void stop() = 0;
};

// What one attempt may take at most, with connecting; what a receiver answers beyond this many bytes is not read.
inline constexpr DurationMs kMaxAttempt = seconds(20);
inline constexpr DurationMs kMaxConnect = seconds(5);
inline constexpr std::size_t kMaxAnswerBytes = 64 << 10;

// HTTP(S) and SMTP(S) by libcurl. Redirects are not followed and proxies of the environment not used: a signed message
// goes where the operator said, or nowhere.
std::unique_ptr<ChannelTransport> make_curl_transport();

}  // namespace waybill::tracker
