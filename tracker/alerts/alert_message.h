#pragma once
// What an alert tells: once as JSON facts, which are stored and which a web hook gets, and once as a mail. Pure; the
// same event and the same delivery give the same bytes at every attempt, but for the attempt's own time.
#include <map>
#include <string>

#include "tracker/alerts/channel.h"
#include "tracker/alerts/evaluation.h"
#include "tracker/store/alerts.h"

namespace waybill::tracker {

// {"kind": "raised"|"reminded"|"cleared"|"test", "alert", "severity", "at", "since", "episode", "measure", "condition",
// "level", "level_words", "value"}; times as 2026-11-23T18:00:00Z. `since`: raised or cleared since.
std::string event_document(const AlertRule& rule, const AlertState& state, const AlertEvent& event);
// A message on request, to see whether a channel works.
std::string test_event_document(const AlertRule& rule, const AlertState& state, TimeMs at);

// The event's facts, with "delivery": the delivery's id. Whoever gets a delivery twice tells by it.
std::string webhook_body(const AlertDeliveryId& delivery, const std::string& event);
// content-type, user-agent, and:
//   x-waybill-delivery: the delivery's id, 32 hexadecimal digits
//   x-waybill-timestamp: seconds since 1970, of this attempt; a receiver refuses old ones, so that none can be replayed
//   x-waybill-signature: "v1=" and HMAC-SHA-256, hexadecimal, by the channel's secret, over timestamp, ".", body
std::map<std::string, std::string> webhook_headers(const AlertDeliveryId& delivery, ByteView secret, TimeMs attempt,
                                                   const std::string& body);

// A whole message of RFC 5322 with CRLF line ends, all of it ASCII of at most 78 characters a line but for addresses.
// The Message-ID follows from the delivery's id.
std::string mail_message(const AlertDeliveryId& delivery, const MailChannel& channel, const std::string& event,
                         TimeMs at);

}  // namespace waybill::tracker
