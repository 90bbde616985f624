#pragma once
// May the uplinks of an ISP's customers be used at this moment, until when, and for how many bytes more? Pure: the same
// values give the same answer. (Patent claim 4; design promise 1 and 5.)
#include <optional>
#include <string>

#include "common/protocol/refusal.h"
#include "tracker/agreements/isp_agreement.h"
#include "tracker/store/registry.h"

namespace waybill::tracker {

// A quota counts from `start` (inclusive) to `end` (exclusive): a day or a month of the ISP's time zone.
struct QuotaSpan {
  TimeMs start{};
  TimeMs end{};
  bool operator==(const QuotaSpan&) const = default;
};

// What counts against a grant's quotas: bytes acknowledged in the current span plus bytes reserved by orders.
struct GrantUse {
  ByteCount day;
  ByteCount month;
};

struct GrantDecision {
  bool allowed = false;
  protocol::Refusal refusal = protocol::Refusal::none;  // grant_ended or quota_exhausted where not allowed
  std::string reason;                                   // for people, where not allowed; names the ISP
  // Up to when (exclusive) this answer holds at the latest, but for bytes counted against a quota. Absent: no end is
  // stated. Ends of granted hours, of agreements and of quota periods all count.
  std::optional<TimeMs> until;
  std::optional<ByteCount> quota_left;  // of the tighter quota; absent: none is stated; never negative
  std::optional<QuotaSpan> day;         // of the quota per day; absent: none is stated
  std::optional<QuotaSpan> month;       // of the quota per month; absent: none is stated
};

// `agreement` is the one of this ISP that is in force at `now`, or null. Of what content the grant speaks is asked of
// grant_covers(); its rate cap is kept as a capacity policy is (rate_policy_of).
GrantDecision grant_at(const Isp& isp, const IspAgreement* agreement, GrantUse used, TimeMs now);

// Does the grant speak of content of this class and owner?
bool grant_covers(const GrantTerms& grant, ContentClass content_class, const std::string& owner);
// Is there content of which it does not speak?
bool grant_chooses_content(const GrantTerms& grant);

// The span of the quota period that `now` lies in. An unknown time zone is taken as UTC.
QuotaSpan quota_span_at(const Isp& isp, QuotaPeriod period, TimeMs now);

// Refuses names that the time zone database does not know.
Status check_timezone(const std::string& name);

// "18:00–24:00", or with the days where it is not every day: "sat sun 08:00-24:00".
std::string hours_text(const WeekHours& hours);

}  // namespace waybill::tracker
