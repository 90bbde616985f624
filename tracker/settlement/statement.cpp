#include "tracker/settlement/statement.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

namespace waybill::tracker {

namespace {

// Agreement, off-net, owner: the order of the lines.
using LineKey = std::tuple<AgreementId, bool, std::string>;

const Agreement* find_agreement(const std::vector<Agreement>& agreements, AgreementId id) {
  const auto found = std::find_if(agreements.begin(), agreements.end(), [&](const auto& a) { return a.id == id; });
  return found == agreements.end() ? nullptr : &*found;
}

bool overlaps(const Agreement& agreement, const TimeWindow& window) {
  return agreement.valid_from < window.until && (!agreement.valid_until || window.from < *agreement.valid_until);
}

std::vector<RefusedLine> sum_refused(const std::vector<RefusalCount>& counts) {
  std::map<protocol::ReceiptStatus, std::int64_t> sums;
  for (const auto& count : counts) sums[count.status] += count.count;
  std::vector<RefusedLine> lines;
  for (const auto& [status, count] : sums) lines.push_back({status, count});
  return lines;
}

Result<StatementLine> make_line(const LineKey& key, const Counters& sum, const std::vector<Agreement>& agreements) {
  const auto& [id, off_net, owner] = key;
  const auto* agreement = find_agreement(agreements, id);
  if (agreement == nullptr) {
    return fail(fmt::format("the accounts name agreement {}, which this ISP does not have: run `waybill-tracker audit`",
                            id.value));
  }
  StatementLine line;
  line.agreement = id;
  line.on_net = !off_net;
  line.owner = owner;
  line.acked = sum.acked;
  line.receipts = sum.receipts;
  line.unacknowledged = sum.unacknowledged();
  line.price_per_gb = off_net ? agreement->tariff.off_net : agreement->tariff.on_net;
  const auto amount = line_amount(line.acked, line.price_per_gb);
  if (!amount) return tl::make_unexpected(amount.error());
  line.amount_minor = *amount;
  return line;
}

}  // namespace

std::set<AccountDimension> statement_grouping() {
  return {AccountDimension::agreement, AccountDimension::isp_pair, AccountDimension::cdn_node, AccountDimension::owner};
}

Result<std::int64_t> line_amount(AckedBytes acked, Money price_per_gb) {
  const auto exact = price_of(acked.value, price_per_gb);
  if (!exact) return tl::make_unexpected(exact.error());
  return round_to_minor(*exact);
}

std::vector<StatementTotal> total_lines(const std::vector<StatementLine>& lines, const std::vector<Currency>& also) {
  std::map<Currency, StatementTotal> totals;
  for (const auto& currency : also) totals[currency].currency = currency;
  for (const auto& line : lines) {
    auto& total = totals[line.price_per_gb.currency];
    total.currency = line.price_per_gb.currency;
    total.acked += line.acked;
    total.receipts += line.receipts;
    total.unacknowledged += line.unacknowledged;
    total.amount_minor += line.amount_minor;
  }
  std::vector<StatementTotal> result;
  for (const auto& [currency, total] : totals) result.push_back(total);
  return result;
}

Result<Statement> make_statement(const StatementFacts& facts) {
  std::map<LineKey, Counters> paid;
  std::map<std::pair<bool, std::string>, Counters> cdn_nodes;
  for (const auto& row : facts.sums) {
    const bool off_net = row.to.value() != row.from.value();
    if (row.cdn_node.value()) {
      cdn_nodes[{off_net, row.owner.value()}] += row.counters;
    } else {
      paid[{row.agreement.value(), off_net, row.owner.value()}] += row.counters;
    }
  }
  Statement statement;
  statement.isp = facts.isp.name;
  statement.period = facts.period;
  statement.timezone = facts.isp.timezone;
  statement.window = facts.window;
  statement.made_at = facts.made_at;
  for (const auto& [key, sum] : paid) {
    auto line = make_line(key, sum, facts.agreements);
    if (!line) return pass_on(line);
    statement.lines.push_back(std::move(*line));
  }
  std::vector<Currency> currencies;
  for (const auto& agreement : facts.agreements) {
    if (overlaps(agreement, facts.window)) currencies.push_back(agreement.tariff.on_net.currency);
  }
  statement.totals = total_lines(statement.lines, currencies);
  for (const auto& [key, sum] : cdn_nodes) {
    statement.cdn_nodes.push_back({!key.first, key.second, sum.acked, sum.receipts});
  }
  statement.refused = sum_refused(facts.refused);
  return statement;
}

}  // namespace waybill::tracker
