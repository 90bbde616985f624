#pragma once
// What is owed for a window of time, from the agreements over time and the usage. Pure; integers only. Rules:
//  - Usage is priced by the agreement in force at its time; a bucket after the last agreement's end, in which orders of
//    before it are still finished, by the one under which these were signed.
//  - Tiers are marginal and filled in the order of time, within a quarter of an hour on-net first, then by class and
//    owner.
//  - Terms of a month hold for a local month. In a month for a part of which an agreement is in force, that part (by
//    time) scales its tiers' bounds and an owner's threshold (rounded down to the byte), its minimum, its flat fee and
//    its price of the percentile; each agreement counts its own bytes and samples from its first instant in the month.
//  - Bytes that nobody acknowledged are priced only where the terms have a price for them, on lines of their own: they
//    fill no tier, are in no percentile and count towards no threshold.
//  - The 95th percentile is of the 5-minute sums of what the ISP's uplinks sent, those without traffic included, by the
//    nearest rank: of N samples in rising order the ceil(0.95 N)-th.
#include "tracker/agreements/charge_line.h"
#include "tracker/agreements/timeline.h"
#include "tracker/agreements/usage.h"

namespace waybill::tracker {

// The grain that price_isp needs the window's usage by: 5 minutes where an agreement in force in it is by percentile.
DurationMs usage_grain(const std::vector<IspAgreement>& agreements, const TimeWindow& window);

// The price that the terms state for a line of an ISP's charges. Refused where they have no such line.
Result<Money> agreed_price(const TariffTerms& tariff, const ChargeLine& line);

// What the operator owes the ISP. Refused: usage that no agreement covers, a window that ends or begins within a month
// whose terms are of the whole month, a percentile of other than 5-minute samples, amounts that do not fit.
Result<Charges> price_isp(const std::vector<IspAgreement>& agreements, const Usage& usage, const TimeWindow& window);

// What the owner owes the operator. What was delivered while no contract was in force is in `unpriced`. Contracts are
// of the month: a window that ends or begins within one of their months is refused.
Result<Charges> price_owner(const std::vector<OwnerContract>& contracts, const Usage& usage,
                            const std::vector<DeliveryCount>& deliveries, const TimeWindow& window);

}  // namespace waybill::tracker
