#pragma once
// The agreements of one party over time: never two at once, renegotiated on the edges of the accounts' quarters.
#include <vector>

#include "tracker/agreements/exact_amount.h"
#include "tracker/agreements/owner_contract.h"

namespace waybill::tracker {

// Refuses agreements of several parties or time zones, two in force at one time (both are named), and a change from one
// to the next off the quarters of an hour: the accounts could not tell which of the two a quarter's bytes fall under.
Status check_timeline(const std::vector<IspAgreement>& agreements);
Status check_timeline(const std::vector<OwnerContract>& contracts);

// May `candidate` be added beside the others? Also refuses another currency in a month in which an agreement in the
// present one is in force: a period's books are in one currency, which changes at the first of a month only.
Status check_addition(const std::vector<IspAgreement>& agreements, const IspAgreement& candidate);
Status check_addition(const std::vector<OwnerContract>& contracts, const OwnerContract& candidate);

// Renegotiated: `replacement` begins where the one in force at its `from` ends. The result is all of them, the ended
// one with its new end. Refused where none is in force then, where `from` is before `now` (what was served stays priced
// as it was agreed), and by check_addition.
Result<std::vector<IspAgreement>> renegotiate(std::vector<IspAgreement> agreements, const IspAgreement& replacement,
                                              TimeMs now);
Result<std::vector<OwnerContract>> renegotiate(std::vector<OwnerContract> contracts, const OwnerContract& replacement,
                                               TimeMs now);

// The span for which one agreement is in force within one local month, and its share of the month by time.
struct TermSpan {
  LocalMonth month;
  TimeWindow span;
  Proportion part;
  bool empty() const { return span.from >= span.until; }
};
TermSpan term_span(TimeMs from, const std::optional<TimeMs>& until, const LocalMonth& month);

// "2026-11-01T00:00:00Z to 2026-12-01T00:00:00Z", "... on"
std::string term_text(TimeMs from, const std::optional<TimeMs>& until);

}  // namespace waybill::tracker
