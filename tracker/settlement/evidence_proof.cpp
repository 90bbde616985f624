// What the signed orders and receipts of an export prove.
#include <set>

#include <fmt/format.h>

#include "common/protocol/acknowledgement.h"
#include "common/protocol/limits.h"
#include "common/protocol/order.h"
#include "common/protocol/receipt.h"
#include "tracker/settlement/export_reading_json.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

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

// One receipt as usage: of a stock client, which acknowledges nothing, by what was sent to it.
ProvenReceipt proven(UsageBucket usage, AckedBytes acked, SentBytes sent, bool unacknowledged) {
  usage.acked = acked;
  usage.receipts = unacknowledged ? 0 : 1;
  usage.unacknowledged = unacknowledged ? sent : SentBytes{};
  usage.unacknowledged_receipts = unacknowledged ? 1 : 0;
  return {std::move(usage), sent};
}

// The receipts of one order, one after the other.
class Chain {
 public:
  Chain(const protocol::ServeOrder& order, UsageBucket usage, const TimeWindow& window)
      : order_(order), usage_(std::move(usage)), window_(window) {}

  Status add(ByteView envelope, Proof& proof) {
    const auto opened = protocol::read_receipt(envelope);
    if (!opened) return tl::make_unexpected(opened.error());
    const auto& receipt = opened->receipt;
    const auto where = fmt::format("receipt {}", receipt.id.sequence);
    if (receipt.id.sequence <= last_sequence_) return refuse(where + ": sequences do not rise");
    last_sequence_ = receipt.id.sequence;
    if (const auto good = check_receipt(order_, *opened); !good) return pass_on(good.error(), where);
    const auto acked = proven_total(order_, receipt, acked_);
    if (!acked) return pass_on(acked.error(), where);
    // What a receiver acknowledged was sent, whatever the sender says.
    const SentBytes sent{std::max(receipt.sent_total.value, acked->value)};
    if (sent < sent_) return refuse(where + ": its total of sent bytes falls");
    if (receipt.end >= window_.from && receipt.end < window_.until) {
      usage_.start = receipt.end;
      proof.receipts.push_back(
          proven(usage_, *acked - acked_, {sent.value - sent_.value}, order_.stock_address.has_value()));
    }
    acked_ = *acked;
    sent_ = sent;
    return {};
  }

 private:
  const protocol::ServeOrder& order_;
  UsageBucket usage_;
  const TimeWindow& window_;
  std::int64_t last_sequence_ = 0;
  AckedBytes acked_;
  SentBytes sent_;
};

Result<ContentClass> class_of(const json& entry) { return parse_content_class(entry.at("class").get<std::string>()); }

Result<bool> on_net_of(const json& entry) {
  const auto traffic = entry.at("traffic").get<std::string>();
  if (traffic != "on-net" && traffic != "off-net") return refuse("its traffic is neither on-net nor off-net");
  return traffic == "on-net";
}

Status add_order(const json& entry, const ReadExport& read, std::set<OrderId>& seen, Proof& proof) {
  const auto bytes = from_hex(entry.at("order").get_ref<const std::string&>());
  if (!bytes) return tl::make_unexpected(bytes.error());
  const auto opened = protocol::open_order(*bytes, read.tracker_key);
  if (!opened) return tl::make_unexpected(opened.error());
  const auto& order = opened->order;
  if (!seen.insert(order.id).second) return refuse("it stands in the evidence twice");
  const auto on_net = on_net_of(entry);
  if (!on_net) return tl::make_unexpected(on_net.error());
  const auto content_class = class_of(entry);
  if (!content_class) return tl::make_unexpected(content_class.error());
  UsageBucket usage;
  usage.agreement = order.agreement;
  usage.on_net = *on_net;
  usage.content_class = *content_class;
  usage.owner = order.owner;
  Chain chain(order, std::move(usage), read.statement.window);
  for (const auto& hex : entry.at("receipts")) {
    const auto envelope = from_hex(hex.get_ref<const std::string&>());
    if (!envelope) return tl::make_unexpected(envelope.error());
    if (const auto added = chain.add(*envelope, proof); !added) return added;
  }
  return {};
}

// [start, end, acknowledged, sent]
Status add_item(const json& item, UsageBucket usage, const TimeWindow& window, bool unacknowledged, Proof& proof) {
  const auto number = [&](std::size_t at) { return item.at(at).get<std::int64_t>(); };
  const TimeMs start{number(0)};
  usage.start = {number(1)};
  const AckedBytes acked{number(2)};
  const SentBytes sent{number(3)};
  if (item.size() != 4 || acked.value < 0 || sent.value < 0) return refuse("its figures are out of their range");
  if (usage.start < start || usage.start < window.from || usage.start >= window.until) {
    return refuse("it does not end within the period");
  }
  if (unacknowledged && acked.value != 0) return refuse("a stock client acknowledges nothing");
  proof.receipts.push_back(proven(std::move(usage), acked, sent, unacknowledged));
  return {};
}

Status add_items(const json& entry, const ReadExport& read, Proof& proof) {
  const auto on_net = on_net_of(entry);
  if (!on_net) return tl::make_unexpected(on_net.error());
  const auto content_class = class_of(entry);
  if (!content_class) return tl::make_unexpected(content_class.error());
  UsageBucket usage;
  usage.agreement = {entry.at("agreement").get<std::int64_t>()};
  usage.on_net = *on_net;
  usage.content_class = *content_class;
  usage.owner = entry.at("owner").get<std::string>();
  const bool unacknowledged = entry.value("unacknowledged", false);
  std::int64_t number = 0;
  for (const auto& item : entry.at("receipts")) {
    ++number;
    if (const auto added = add_item(item, usage, read.statement.window, unacknowledged, proof); !added) {
      return pass_on(added.error(), fmt::format("receipt number {}", number));
    }
  }
  return {};
}

}  // namespace

Result<Proof> prove_evidence(const ReadExport& read) {
  Proof proof;
  std::set<OrderId> seen;
  for (const auto& entry : read.evidence->at("orders")) {
    ++proof.orders;
    if (const auto added = add_order(entry, read, seen, proof); !added) {
      return pass_on(added.error(), fmt::format("evidence, order number {}", proof.orders));
    }
  }
  return proof;
}

Result<Proof> prove_items(const ReadExport& read) {
  Proof proof;
  for (const auto& entry : read.items->at("orders")) {
    ++proof.orders;
    if (const auto added = add_items(entry, read, proof); !added) {
      return pass_on(added.error(), fmt::format("items, order number {}", proof.orders));
    }
  }
  return proof;
}

}  // namespace waybill::tracker
