#include "tracker/settlement/statement.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

namespace waybill::tracker {

namespace {

std::vector<RefusedLine> sum_refused(const std::vector<RefusalCount>& counts) {
  std::map<protocol::ReceiptStatus, std::int64_t> sums;
  for (const auto& count : counts) sums[count.status] += count.count;
  std::vector<RefusedLine> lines;
  for (const auto& [status, count] : sums) lines.push_back({status, count});
  return lines;
}

bool overlaps(const IspAgreement& agreement, const TimeWindow& window) {
  return agreement.from < window.until && (!agreement.until || window.from < *agreement.until);
}

// Those that the statement's prices can follow from. Fails where the usage names one that is not there.
Result<std::vector<IspAgreement>> terms_of(const StatementFacts& facts) {
  std::set<AgreementId> named;
  for (const auto& bucket : facts.usage.buckets) named.insert(bucket.agreement);
  std::vector<IspAgreement> terms;
  for (const auto& agreement : facts.agreements) {
    if (named.erase(agreement.id) != 0 || overlaps(agreement, facts.window)) terms.push_back(agreement);
  }
  if (!named.empty()) {
    return fail(fmt::format("the accounts name agreement {}, which this ISP does not have: run `waybill-tracker audit`",
                            named.begin()->value));
  }
  std::sort(terms.begin(), terms.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return terms;
}

void add_information(const StatementFacts& facts, Statement& statement) {
  std::map<std::tuple<bool, ContentClass, std::string>, SentBytes> unacknowledged;
  std::map<std::pair<bool, std::string>, Counters> cdn_nodes;
  for (const auto& row : facts.sums) {
    const bool off_net = row.to.value() != row.from.value();
    if (row.cdn_node.value()) {
      cdn_nodes[{off_net, row.owner.value()}] += row.counters;
    } else {
      unacknowledged[{off_net, row.content_class.value(), row.owner.value()}] += row.counters.unacknowledged();
    }
  }
  for (const auto& [key, bytes] : unacknowledged) {
    const auto& [off_net, content_class, owner] = key;
    if (bytes.value != 0) statement.unacknowledged.push_back({!off_net, content_class, owner, bytes});
  }
  for (const auto& [key, sum] : cdn_nodes) {
    statement.cdn_nodes.push_back({!key.first, key.second, sum.acked, sum.receipts});
  }
}

}  // namespace

std::set<AccountDimension> statement_grouping() {
  return {AccountDimension::isp_pair, AccountDimension::cdn_node, AccountDimension::owner,
          AccountDimension::content_class};
}

Counters paid_traffic(const Charges& charges) {
  Counters sum;
  for (const auto& line : charges.lines) {
    if (line.kind == ChargeKind::volume) sum += {{line.quantity}, {line.quantity}, line.receipts};
  }
  return sum;
}

Result<Statement> make_statement(const StatementFacts& facts) {
  auto terms = terms_of(facts);
  if (!terms) return pass_on(terms);
  auto charges = price_isp(*terms, facts.usage, facts.window);
  if (!charges) return pass_on(charges);
  Statement statement;
  statement.isp = facts.isp.name;
  statement.period = facts.period;
  statement.timezone = facts.isp.timezone;
  statement.window = facts.window;
  statement.made_at = facts.made_at;
  statement.agreements = std::move(*terms);
  statement.charges = std::move(*charges);
  add_information(facts, statement);
  statement.refused = sum_refused(facts.refused);
  return statement;
}

}  // namespace waybill::tracker
