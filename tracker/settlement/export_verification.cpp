#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "common/protocol/acknowledgement.h"
#include "common/protocol/limits.h"
#include "common/protocol/order.h"
#include "common/protocol/receipt.h"
#include "tracker/settlement/export_reading_json.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

using LineKey = std::tuple<std::int64_t, bool, std::string>;  // agreement, on-net, owner
struct LineSum {
  AckedBytes acked;
  std::int64_t receipts = 0;
};
struct Recomputed {
  std::map<LineKey, LineSum> lines;
  std::set<OrderId> orders;
  std::int64_t receipts = 0;
};

Status check_amounts(const Statement& statement) {
  std::vector<Currency> currencies;
  for (const auto& total : statement.totals) currencies.push_back(total.currency);
  for (const auto& line : statement.lines) {
    const auto amount = line_amount(line.acked, line.price_per_gb);
    if (!amount) return tl::make_unexpected(amount.error());
    if (*amount != line.amount_minor) {
      return refuse(fmt::format("line agreement {} {} {}: {} bytes at {} {} a GB are {}, not {}", line.agreement.value,
                                line.on_net ? "on-net" : "off-net", line.owner, line.acked.value,
                                format_exact(line.price_per_gb), line.price_per_gb.currency.str(),
                                format_minor(*amount, line.price_per_gb.currency),
                                format_minor(line.amount_minor, line.price_per_gb.currency)));
    }
  }
  if (total_lines(statement.lines, currencies) != statement.totals)
    return refuse("the totals are not the sums of the lines");
  return {};
}

// The acknowledged total that a receipt proves; `before` where it carries no acknowledgement.
Result<AckedBytes> proven_total(const protocol::ServeOrder& order, const protocol::Receipt& receipt,
                                AckedBytes before) {
  if (receipt.acknowledgement.empty()) return before;
  const auto opened = protocol::read_acknowledgement(receipt.acknowledgement);
  if (!opened) return tl::make_unexpected(opened.error());
  const auto& word = opened->acknowledgement;
  if (word.order != order.id) return refuse("its acknowledgement is for another order");
  if (!opened->signed_by(order.receiver)) return refuse("its acknowledgement is not signed by the order's receiver");
  if (word.total_bytes < before) return refuse("its acknowledged total falls");
  if (word.total_bytes.value > order.byte_limit.value)
    return refuse("it acknowledges more than the order's byte limit");
  return word.total_bytes;
}

Status check_receipt(const protocol::ServeOrder& order, const protocol::OpenedReceipt& opened) {
  const auto& receipt = opened.receipt;
  if (receipt.id.order != order.id) return refuse("it is for another order");
  if (!opened.signed_by(order.sender)) return refuse("it is not signed by the order's sender");
  if (receipt.start < order.not_before - protocol::kClockTolerance ||
      receipt.end > order.not_after + protocol::kClockTolerance || receipt.end < receipt.start) {
    return refuse("its times are outside its order's");
  }
  return {};
}

Status add_order(const json& entry, const ReadExport& read, Recomputed& sums) {
  const auto bytes = from_hex(entry.at("order").get_ref<const std::string&>());
  if (!bytes) return tl::make_unexpected(bytes.error());
  const auto opened = protocol::open_order(*bytes, read.tracker_key);
  if (!opened) return tl::make_unexpected(opened.error());
  const auto& order = opened->order;
  if (!sums.orders.insert(order.id).second) return refuse("it stands in the evidence twice");
  const auto traffic = entry.at("traffic").get<std::string>();
  if (traffic != "on-net" && traffic != "off-net") return refuse("its traffic is neither on-net nor off-net");
  auto& line = sums.lines[{order.agreement.value, traffic == "on-net", order.owner}];
  AckedBytes total;
  std::int64_t last_sequence = 0;
  for (const auto& hex : entry.at("receipts")) {
    const auto envelope = from_hex(hex.get_ref<const std::string&>());
    if (!envelope) return tl::make_unexpected(envelope.error());
    const auto receipt = protocol::read_receipt(*envelope);
    if (!receipt) return tl::make_unexpected(receipt.error());
    const auto sequence = receipt->receipt.id.sequence;
    const auto where = fmt::format("receipt {}", sequence);
    if (sequence <= last_sequence) return refuse(where + ": sequences do not rise");
    last_sequence = sequence;
    if (const auto good = check_receipt(order, *receipt); !good) return pass_on(good.error(), where);
    const auto proven = proven_total(order, receipt->receipt, total);
    if (!proven) return pass_on(proven.error(), where);
    const auto& window = read.statement.window;
    if (receipt->receipt.end >= window.from && receipt->receipt.end < window.until) {
      line.acked += *proven - total;
      ++line.receipts;
      ++sums.receipts;
    }
    total = *proven;
  }
  return {};
}

Status compare_lines(const Statement& statement, Recomputed sums) {
  for (const auto& line : statement.lines) {
    const LineKey key{line.agreement.value, line.on_net, line.owner};
    const auto sum = sums.lines[key];
    sums.lines.erase(key);
    if (sum.acked != line.acked || sum.receipts != line.receipts) {
      return refuse(fmt::format("line agreement {} {} {}: states {} bytes by {} receipts, the evidence proves {} by {}",
                                line.agreement.value, line.on_net ? "on-net" : "off-net", line.owner, line.acked.value,
                                line.receipts, sum.acked.value, sum.receipts));
    }
  }
  for (const auto& [key, sum] : sums.lines) {
    if (sum.receipts == 0) continue;
    return refuse(fmt::format("the evidence proves {} bytes for agreement {} {} {}, of which no line tells",
                              sum.acked.value, std::get<0>(key), std::get<1>(key) ? "on-net" : "off-net",
                              std::get<2>(key)));
  }
  return {};
}

// Throws json::exception where a field is missing or mistyped.
Result<VerifiedExport> verify_read(const ReadExport& read) {
  if (const auto good = check_amounts(read.statement); !good) return tl::make_unexpected(good.error());
  VerifiedExport verified{read.tracker_key, read.statement, read.evidence.has_value()};
  if (!read.evidence) return verified;
  Recomputed sums;
  std::int64_t number = 0;
  for (const auto& entry : read.evidence->at("orders")) {
    ++number;
    const auto added = add_order(entry, read, sums);
    if (!added) return pass_on(added.error(), fmt::format("evidence, order number {}", number));
  }
  verified.orders = number;
  verified.receipts = sums.receipts;
  if (const auto same = compare_lines(read.statement, std::move(sums)); !same) return tl::make_unexpected(same.error());
  return verified;
}

}  // namespace

Result<VerifiedExport> verify_export(const std::string& text, const std::optional<crypto::PublicKey>& expected_key) {
  auto read = read_export(text);
  if (!read) return pass_on(read);
  if (expected_key && *expected_key != read->tracker_key) {
    return refuse(
        fmt::format("the export is signed by tracker key {}, not by the expected one", read->tracker_key.hex()));
  }
  try {
    return verify_read(*read);
  } catch (const json::exception& error) {
    return refuse(fmt::format("the evidence cannot be read: {}", error.what()));
  }
}

}  // namespace waybill::tracker
