#pragma once
// What is owed to one ISP for one period, for the uplink that its customers lent (design section 2, step 10). Pure:
// sums of the accounts and the agreements in, a statement out.
//
// Arithmetic: a line is one agreement x on-net or off-net x owner of content. Its amount is acknowledged bytes x the
// agreement's price per GB (10^9 bytes), computed exactly and rounded once, halves to even, to the currency's minor
// unit (common/types/money.h). A total is the sum of the rounded lines of one currency. A receiver at an unknown ISP is
// off-net.
#include <string>
#include <vector>

#include "common/protocol/receipt_status.h"
#include "common/types/money.h"
#include "tracker/reports/time_window.h"
#include "tracker/store/accounts.h"
#include "tracker/store/evidence.h"
#include "tracker/store/registry.h"

namespace waybill::tracker {

struct StatementFacts {
  Isp isp;
  std::string period;                 // as asked for, e.g. "2026-11"
  TimeWindow window;                  // the period on the ISP's clocks
  std::vector<Agreement> agreements;  // of this ISP, of any time
  std::vector<AccountRow> sums;       // from this ISP within the window, split by the dimensions of statement_grouping
  std::vector<RefusalCount> refused;  // of orders to senders at this ISP, received within the window
  TimeMs made_at{};
};
// agreement, ISP pair, CDN node, owner.
std::set<AccountDimension> statement_grouping();

struct StatementLine {
  AgreementId agreement;
  bool on_net = false;
  std::string owner;  // of the content
  AckedBytes acked;
  std::int64_t receipts = 0;
  SentBytes unacknowledged;  // sent by the senders' word, acknowledged by nobody: not paid
  Money price_per_gb;
  std::int64_t amount_minor = 0;
  bool operator==(const StatementLine&) const = default;
};
struct StatementTotal {
  Currency currency;
  AckedBytes acked;
  std::int64_t receipts = 0;
  SentBytes unacknowledged;
  std::int64_t amount_minor = 0;
  bool operator==(const StatementTotal&) const = default;
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
  std::vector<StatementLine> lines;    // by agreement, on-net first, owner
  std::vector<StatementTotal> totals;  // one for each currency of the lines and of the agreements in the window
  std::vector<CdnNodeLine> cdn_nodes;  // on-net first, owner
  std::vector<RefusedLine> refused;    // by status; their bytes are nobody's proven word and are not stated
  bool operator==(const Statement&) const = default;
};

// Fails where the sums name an agreement that is not among this ISP's, or an amount does not fit.
Result<Statement> make_statement(const StatementFacts& facts);
// The amount of a line by the rule above, in minor units.
Result<std::int64_t> line_amount(AckedBytes acked, Money price_per_gb);
// Sums of lines by currency, with a zero total for each of `also`.
std::vector<StatementTotal> total_lines(const std::vector<StatementLine>& lines, const std::vector<Currency>& also);

}  // namespace waybill::tracker
