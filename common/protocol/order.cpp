#include "common/protocol/order.h"

#include <algorithm>
#include <limits>

#include "common/protocol/bencode.h"
#include "common/protocol/domains.h"
#include "common/protocol/limits.h"

namespace waybill::protocol {

namespace {

Value encode_ranges(const std::vector<PieceRange>& ranges) {
  List list;
  list.reserve(ranges.size());
  for (const auto& range : ranges) list.emplace_back(List{range.first, range.count});
  return list;
}

Result<PieceRange> decode_range(const Value& value) {
  const auto* pair = std::get_if<List>(&value);
  if (pair == nullptr || pair->size() != 2) return refuse("a piece range is not a pair");
  const auto* first = std::get_if<std::int64_t>(pair->data());
  const auto* count = std::get_if<std::int64_t>(pair->data() + 1);
  if (first == nullptr || count == nullptr) return refuse("a piece range is not a pair of integers");
  if (*first < 0 || *first > kMaxPieces || *count < 1 || *count > kMaxPieces - *first) {
    return refuse("a piece range lies outside the pieces that a content can have");
  }
  return PieceRange{*first, *count};
}

Result<std::vector<PieceRange>> decode_ranges(const List& list) {
  if (list.empty()) return refuse("it has no piece range");
  std::vector<PieceRange> ranges;
  ranges.reserve(list.size());
  for (const auto& item : list) {
    auto range = decode_range(item);
    if (!range) return pass_on(range);
    if (!ranges.empty() && range->first <= ranges.back().first + ranges.back().count) {
      return refuse("its piece ranges do not ascend with a gap between them");
    }
    ranges.push_back(*range);
  }
  return ranges;
}

// Absent in every order between agents, whose bytes stay what they always were.
std::optional<IpAddress> read_stock_address(FieldReader& fields) {
  if (fields.optional("stock_address") == nullptr) return std::nullopt;
  IpAddress address;
  const auto raw = fields.bytes("stock_address", address.bytes.size());
  if (raw.size() != address.bytes.size()) {
    fields.fault("'stock_address' is not 16 bytes long");
    return std::nullopt;
  }
  std::copy(raw.begin(), raw.end(), reinterpret_cast<char*>(address.bytes.data()));
  if (address.is_unspecified()) fields.fault("'stock_address' is unspecified");
  return address;
}

ServeOrder read_fields(FieldReader& fields) {
  ServeOrder order;
  order.id = fields.id<OrderId>("id");
  order.content = fields.id<ContentId>("content");
  order.owner = fields.text("owner", kMaxNameBytes);
  order.sender = fields.id<AgentKey>("sender");
  order.receiver = fields.id<AgentKey>("receiver");
  order.agreement = {fields.integer("agreement", 0, std::numeric_limits<std::int64_t>::max())};
  order.byte_limit = {fields.integer("byte_limit", 1, kMaxContentBytes)};
  order.rate_limit = {fields.integer("rate_limit", 0, kMaxContentBytes)};
  order.ack_window = {fields.integer("ack_window", 1, kMaxContentBytes)};
  order.not_before = {fields.integer("not_before", 0, kMaxTimeMs)};
  order.not_after = {fields.integer("not_after", 0, kMaxTimeMs)};
  order.stock_address = read_stock_address(fields);
  auto ranges = decode_ranges(fields.list("ranges", kMaxPieceRanges));
  if (ranges) {
    order.ranges = *std::move(ranges);
  } else {
    fields.fault(ranges.error().message);
  }
  return order;
}

}  // namespace

bool ServeOrder::covers(std::int64_t piece) const {
  const auto beyond = std::upper_bound(ranges.begin(), ranges.end(), piece,
                                       [](std::int64_t p, const PieceRange& range) { return p < range.first; });
  return beyond != ranges.begin() && piece - std::prev(beyond)->first < std::prev(beyond)->count;
}

std::int64_t ServeOrder::piece_count() const {
  std::int64_t count = 0;
  for (const auto& range : ranges) count += range.count;
  return count;
}

ByteString encode_order(const ServeOrder& order) {
  Dictionary fields{{"id", order.id.str()},
                    {"content", order.content.str()},
                    {"owner", order.owner},
                    {"sender", order.sender.str()},
                    {"receiver", order.receiver.str()},
                    {"agreement", order.agreement.value},
                    {"ranges", encode_ranges(order.ranges)},
                    {"byte_limit", order.byte_limit.value},
                    {"rate_limit", order.rate_limit.value},
                    {"ack_window", order.ack_window.value},
                    {"not_before", order.not_before.value},
                    {"not_after", order.not_after.value}};
  if (order.stock_address) {
    const auto& bytes = order.stock_address->bytes;
    fields.emplace("stock_address", ByteString(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  }
  return encode(fields);
}

Result<ServeOrder> decode_order(ByteView payload) {
  const auto value = decode(payload, kMaxOrderBytes);
  if (!value) return pass_on(value.error(), "the order is malformed");
  FieldReader fields(*value, "the order");
  auto order = read_fields(fields);
  if (order.not_after <= order.not_before) fields.fault("it ends before it begins");
  if (order.sender == order.receiver) fields.fault("its sender is its receiver");
  if (order.stock_address && order.ack_window < order.byte_limit) {
    fields.fault("its receiver acknowledges nothing, and its window is less than its byte limit");
  }
  if (const auto status = fields.finish(); !status) return refuse(status.error().message);
  return order;
}

SignedOrder sign_order(const crypto::KeyPair& tracker, const ServeOrder& order) {
  return {order, Envelope::sign(tracker, kOrderDomain, encode_order(order)).encode()};
}

Result<SignedOrder> open_order(ByteView envelope, const crypto::PublicKey& tracker) {
  const auto opened = Envelope::decode(envelope, kMaxOrderBytes);
  if (!opened) return pass_on(opened.error(), "the order cannot be read");
  if (!opened->verify(tracker, kOrderDomain)) return refuse("the order is not signed by the tracker");
  auto order = decode_order(opened->payload);
  if (!order) return pass_on(order);
  return SignedOrder{*std::move(order), ByteString(envelope)};
}

Result<ServeOrder> read_order_unverified(ByteView envelope) {
  const auto opened = Envelope::decode(envelope, kMaxOrderBytes);
  if (!opened) return pass_on(opened.error(), "the order cannot be read");
  return decode_order(opened->payload);
}

}  // namespace waybill::protocol
