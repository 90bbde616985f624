#pragma once
// May the uplinks of an ISP's customers be used at this moment, until when, and for how many bytes more? Pure: the same
// values give the same answer. (Patent claim 4; design promise 1 and 5.)
#include <optional>
#include <string>

#include "common/protocol/refusal.h"
#include "tracker/store/registry.h"

namespace waybill::tracker {

// A quota counts from `start` (inclusive) to `end` (exclusive): a day or a month of the ISP's time zone.
struct QuotaSpan {
  TimeMs start{};
  TimeMs end{};
  bool operator==(const QuotaSpan&) const = default;
};

struct GrantDecision {
  bool allowed = false;
  protocol::Refusal refusal = protocol::Refusal::none;  // grant_ended or quota_exhausted where not allowed
  std::string reason;                                   // for people, where not allowed; names the ISP
  // Up to when (exclusive) this answer holds at the latest, but for bytes counted against a quota. Absent: no end is
  // stated. Ends of granted hours, of agreements and of quota periods all count.
  std::optional<TimeMs> until;
  std::optional<ByteCount> quota_left;  // absent: no quota is stated; never negative
  std::optional<QuotaSpan> quota_span;  // absent: no quota is stated
};

// `agreement` is the one of this ISP that is in force at `now`, or null. `used` is what counts against its quota: bytes
// acknowledged in the current span plus bytes reserved by orders.
GrantDecision grant_at(const Isp& isp, const Agreement* agreement, ByteCount used, TimeMs now);

// The span of the quota period that `now` lies in. An unknown time zone is taken as UTC.
QuotaSpan quota_span_at(const Isp& isp, QuotaPeriod period, TimeMs now);

// Refuses names that the time zone database does not know.
Status check_timezone(const std::string& name);

// "18:00–24:00", the wall clock hours of a grant of kind `hours`.
std::string hours_text(const Grant& grant);

}  // namespace waybill::tracker
