#pragma once
// How far what was used is from what was agreed for a month: an ISP's minimum, which is owed whatever is carried, and
// an owner's threshold B, up to which the flat fee holds. Pure; integers only.
#include "tracker/agreements/pricing.h"

namespace waybill::tracker {

enum class CommitmentUnit { money, bytes };

// Of one agreement within one month of the party's calendar.
struct Commitment {
  AgreementId agreement;
  CommitmentUnit unit = CommitmentUnit::bytes;
  Currency currency;        // unit money
  TimeWindow term;          // of the month: when the agreement is in force
  std::int64_t agreed = 0;  // minor units or bytes; scaled where the term is a part of the month
  std::int64_t used = 0;    // the same, of what was carried before `as_of`
  bool operator==(const Commitment&) const = default;
};

// The minimums agreed for the month, against its other lines as price_isp has them. Agreements without one are left
// out. `usage`: of the whole month; what begins at `as_of` or later is not counted.
Result<std::vector<Commitment>> isp_commitments(const std::vector<IspAgreement>& agreements, Usage usage,
                                                const LocalMonth& month, TimeMs as_of);
// The thresholds agreed for the month, against the acknowledged bytes of every sender.
std::vector<Commitment> owner_commitments(const std::vector<OwnerContract>& contracts, const Usage& usage,
                                          const LocalMonth& month, TimeMs as_of);

// On the straight line from nothing at the term's begin through `used` at `as_of`. Of an ISP whose tariff has tiers, or
// a percentile, a line is an estimate and no more.
struct CommitmentDistance {
  std::int64_t remaining = 0;     // 0 where it is reached
  std::int64_t projected = 0;     // at the term's end, rounded down; at most 2^63 - 1
  std::optional<TimeMs> reached;  // when the line meets what was agreed, where that is within the term and not past
};
CommitmentDistance distance_to(const Commitment& commitment, TimeMs as_of);

}  // namespace waybill::tracker
