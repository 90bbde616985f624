#pragma once
// The balance between two ISPs (patent FIG. 7, 710) as money: what the uplinks of A's customers sent to customers of B,
// at A's own terms, against the reverse.
#include <map>
#include <string>
#include <vector>

#include "common/types/money.h"
#include "common/types/result.h"
#include "common/types/units.h"

namespace waybill::tracker {

// One ISP's off-net traffic in a window, and what is owed to it for that traffic.
struct OffNetSender {
  std::string isp;
  std::map<std::string, AckedBytes> to;         // by the receivers' ISP; "" where it is not known
  std::map<Currency, std::int64_t> owed_minor;  // of the off-net lines of its statement
};

struct NetOwed {
  std::string a;  // a < b
  std::string b;
  Currency currency;
  AckedBytes a_to_b;
  AckedBytes b_to_a;
  std::int64_t a_earned_minor = 0;  // for a_to_b
  std::int64_t b_earned_minor = 0;  // for b_to_a
  std::int64_t net_minor = 0;       // above zero: b owes a; below: a owes b
  bool operator==(const NetOwed&) const = default;
};

// One for each pair with traffic and each currency that either is paid in, by names. An ISP's amount is divided among
// the receivers' ISPs in proportion to bytes, by largest remainders (ties: by name), so that the parts add up to it.
// Refused where bytes or amounts are below zero, or do not fit.
Result<std::vector<NetOwed>> net_owed(const std::vector<OffNetSender>& senders);

// `total` >= 0 in whole units in proportion to `weights` >= 0; the parts add up to `total`. No weight: nothing.
std::vector<std::int64_t> apportion(std::int64_t total, const std::vector<std::int64_t>& weights);

}  // namespace waybill::tracker
