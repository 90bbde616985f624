#pragma once
// One line of what is owed, with everything that its amount follows from. THE rounding rule: an amount is computed
// exactly and rounded once, at its line, to the currency's minor unit, halves to even; totals are sums of lines.
#include <string>
#include <tuple>
#include <vector>

#include "tracker/agreements/exact_amount.h"
#include "tracker/agreements/isp_agreement.h"

namespace waybill::tracker {

// Numbers stand in documents and in the store: never renumbered. In the order of a statement's lines.
enum class ChargeKind : int {
  volume = 1,      // quantity: bytes; price per GB
  percentile = 2,  // quantity: bytes in the 5 minutes at the 95th percentile; price per Mbit/s and month
  shortfall = 3,   // quantity: minor units of the month's other lines; price: the minimum a month
  flat_fee = 4,    // quantity: 1; price a month
  beyond = 5,      // quantity: bytes above the threshold; price per GB
  royalty = 6,     // quantity: deliveries; price per delivery
  surcharge = 7,   // quantity: minor units of fee and usage; basis_points of them
  // Bytes on the senders' word alone, price per GB; lines of their own, so that either party can dispute them.
  unacknowledged_volume = 8,  // of an ISP's uplinks, by traffic, class and owner
  unacknowledged = 9,         // of an owner's content
};
inline constexpr int kLastChargeKind = 9;
const char* name_of(ChargeKind kind);
// An ISP's lines of bytes: they state traffic, class, owner and receipts.
bool is_volume(ChargeKind kind);

struct ChargeLine {
  std::string month;  // "2026-11", on the party's calendar
  AgreementId agreement;
  ChargeKind kind = ChargeKind::volume;
  int tier = 0;                                     // volume: from 0
  bool on_net = false;                              // volumes
  bool peak = false;                                // volume
  ContentClass content_class = ContentClass::file;  // volumes
  std::string owner;                                // volumes: of the content
  std::string title;                                // royalty
  std::string payee;                                // royalty
  Proportion part;  // percentile, shortfall, flat fee: of the month for which the terms were in force
  std::int64_t quantity = 0;
  std::int64_t receipts = 0;  // volumes
  Money price;
  std::int64_t basis_points = 0;  // surcharge

  // A late line belongs to a month that an earlier statement has settled: it owes the difference alone.
  bool late = false;
  std::int64_t settled_quantity = 0;
  std::int64_t settled_receipts = 0;
  std::int64_t settled_minor = 0;  // what the statements before have charged for this line; 0 unless late

  std::int64_t amount_minor = 0;  // of `quantity`, less settled_minor
  bool operator==(const ChargeLine&) const = default;
};
// What tells two lines of one statement apart, in the order in which they stand.
using ChargeKey =
    std::tuple<std::string, AgreementId, ChargeKind, int, bool, bool, ContentClass, std::string, std::string>;
ChargeKey key_of(const ChargeLine& line);

// The whole amount of the line's quantity in minor units, whatever was settled before.
Result<std::int64_t> full_amount(const ChargeLine& line);
// Sets amount_minor.
Status set_amount(ChargeLine& line);

struct ChargeTotal {
  Currency currency;
  std::int64_t amount_minor = 0;
  bool operator==(const ChargeTotal&) const = default;
};
// By currency, with a zero for each of `also`.
Result<std::vector<ChargeTotal>> total_charges(const std::vector<ChargeLine>& lines, const std::vector<Currency>& also);

struct Charges {
  std::vector<ChargeLine> lines;    // by key
  std::vector<ChargeTotal> totals;  // by currency
  AckedBytes unpriced;              // used while no contract was in force: nothing is owed for it
  bool operator==(const Charges&) const = default;
};

// Refuses charges in which a key stands twice, an amount does not follow from its line, a shortfall or a surcharge does
// not follow from the lines that it is computed from, or a total from its lines.
Status check(const Charges& charges);

// What `now` owes beyond `settled`, as late lines: quantities and amounts are differences, lines without one are left
// away. Both are charges of the same months; `settled` holds the months' statements and then the late lines of the
// statements since, oldest first.
Result<std::vector<ChargeLine>> late_lines(const std::vector<ChargeLine>& settled, const std::vector<ChargeLine>& now);

}  // namespace waybill::tracker
