#pragma once
// What is owed to one ISP for one period, for the uplink that its customers lent (design section 2, step 10). Pure:
// usage, agreements and sums of the accounts in, a statement out.
//
// Prices are tracker/agreements' (price_isp): each receipt by the agreement in force at its end, every tariff, each
// line rounded once. The statement carries the terms that it is priced by, so that its reader can do the same.
#include <string>
#include <vector>

#include "common/protocol/receipt_status.h"
#include "tracker/agreements/pricing.h"
#include "tracker/store/accounts.h"
#include "tracker/store/evidence.h"
#include "tracker/store/registry.h"

namespace waybill::tracker {

struct StatementFacts {
  Isp isp;
  std::string period;                    // as asked for, e.g. "2026-11"
  TimeWindow window;                     // the period on the ISP's clocks
  std::vector<IspAgreement> agreements;  // of this ISP, of any time
  Usage usage;                           // of its customers' uplinks within the window, by usage_grain()
  std::vector<AccountRow> sums;       // from this ISP within the window, split by the dimensions of statement_grouping
  std::vector<RefusalCount> refused;  // of orders to senders at this ISP, received within the window
  TimeMs made_at{};
};
// ISP pair, CDN node, owner, class.
std::set<AccountDimension> statement_grouping();

// Sent by the senders' word, acknowledged by nobody; for information. What was sent to stock clients is among it, and
// paid where the terms have a price for it, on lines of kind unacknowledged_volume.
struct UnacknowledgedLine {
  bool on_net = false;
  ContentClass content_class = ContentClass::file;
  std::string owner;  // of the content
  SentBytes bytes;    // never 0; below it where the period acknowledges what was sent before
  bool operator==(const UnacknowledgedLine&) const = default;
};
// Sent by the operator's own CDN nodes at this ISP: no customer's uplink, nothing is owed; for information.
struct CdnNodeLine {
  bool on_net = false;
  std::string owner;
  AckedBytes acked;
  std::int64_t receipts = 0;
  bool operator==(const CdnNodeLine&) const = default;
};
struct RefusedLine {
  protocol::ReceiptStatus status{};
  std::int64_t count = 0;
  bool operator==(const RefusedLine&) const = default;
};

struct Statement {
  std::string isp;
  std::string period;
  std::string timezone;
  TimeWindow window;
  TimeMs made_at{};
  std::vector<IspAgreement> agreements;            // in force within the window, or named by an order; by id
  Charges charges;                                 // what is owed; a total for each currency in force, no late lines
  std::vector<UnacknowledgedLine> unacknowledged;  // on-net first, class, owner
  std::vector<CdnNodeLine> cdn_nodes;              // on-net first, owner
  std::vector<RefusedLine> refused;                // by status; their bytes are nobody's proven word and are not stated
  bool operator==(const Statement&) const = default;
};

// Fails where the usage names an agreement that is not among this ISP's. Refused as price_isp refuses: above all a
// period that is a part of a month whose terms are of the whole month.
Result<Statement> make_statement(const StatementFacts& facts);

// Bytes and receipts that the lines of kind volume state.
Counters paid_traffic(const Charges& charges);

}  // namespace waybill::tracker
