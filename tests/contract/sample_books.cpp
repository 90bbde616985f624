#include "tests/contract/sample_books.h"

#include <map>
#include <mutex>

#include "common/crypto/digest.h"
#include "common/types/check.h"

namespace waybill::sample {

const crypto::KeyPair& key_of(const std::string& name) {
  static std::mutex mutex;
  static std::map<std::string, crypto::KeyPair> keys;
  const std::lock_guard lock(mutex);
  auto& key = keys[name];
  if (key.native() == nullptr) {
    auto made = crypto::KeyPair::from_seed(crypto::sha256("sample key of " + name));
    WAYBILL_ASSERT(made, "a digest is a seed");
    key = *made;
  }
  return key;
}

ContentId content_of(const std::string& title) { return *ContentId::from_bytes(crypto::sha256("content " + title)); }

OrderId order_id(int number) {
  return *OrderId::from_bytes(crypto::sha256("order " + std::to_string(number)).substr(0, OrderId::kSize));
}

namespace {

IpAddress address_in(IspId isp, int host) {
  return IpAddress::from_v4(0xC6120000u + (static_cast<std::uint32_t>(isp.value) << 8) +
                            static_cast<std::uint32_t>(host));
}

}  // namespace

tracker::IssuedOrder issue(const OrderPlan& plan) {
  protocol::ServeOrder order;
  order.id = order_id(plan.number);
  order.content = content_of(plan.title);
  order.owner = plan.owner;
  order.sender = key_of(plan.sender).public_key();
  order.receiver = key_of(plan.receiver).public_key();
  order.agreement = plan.agreement;
  order.ranges = {{0, plan.pieces}};
  order.byte_limit = {plan.byte_limit};
  order.ack_window = {32 << 20};
  order.not_before = plan.not_before;
  order.not_after = plan.not_after;
  const auto receiver_address = address_in(plan.destination_isp, 20);
  if (plan.stock) {
    order.stock_address = receiver_address;
    order.ack_window = order.byte_limit;
  }
  tracker::IssuedOrder issued;
  issued.order = protocol::sign_order(key_of("tracker"), order);
  issued.sender_address = address_in(plan.source_isp, 10);
  issued.receiver_address = receiver_address;
  issued.source_isp = plan.source_isp;
  issued.destination_isp = plan.destination_isp;
  issued.content_class = plan.content_class;
  issued.issued_at = plan.not_before;
  issued.on_net = plan.source_isp == plan.destination_isp && plan.source_isp;
  issued.cdn_node = !plan.agreement;
  return issued;
}

protocol::Path path_between(IspId from, IspId to, int number) {
  protocol::Path path;
  path.method = protocol::PathMethod::trace;
  path.source = address_in(from, 10);
  path.destination = address_in(to, 20);
  path.probed_at = kNoon;
  path.complete = true;
  const auto hop = [&path](int ttl, const IpAddress& address, const std::string& name) {
    path.hops.push_back({ttl, address, 900 + ttl * 100, protocol::HopSide::network, name});
  };
  hop(1, address_in(from, 100 + number % 50), "");
  hop(2, address_in(from, 1), "core.sp" + std::to_string(from.value) + ".example");
  if (from != to) hop(4, address_in(to, 1), "core.sp" + std::to_string(to.value) + ".example");
  path.hops.push_back({5, path.destination, 2000, protocol::HopSide::receiver, ""});
  return path;
}

ByteString receipt_of(const OrderPlan& order, const ReceiptPlan& plan) {
  protocol::Receipt receipt;
  receipt.id = {order_id(order.number), plan.sequence};
  receipt.sent = {plan.sent};
  receipt.sent_total = {plan.sent_total};
  receipt.start = plan.start;
  receipt.end = plan.end;
  receipt.max_rate = {plan.sent};
  receipt.average_rate = {plan.sent / 2};
  if (plan.measured) receipt.path = path_between(order.source_isp, order.destination_isp, order.number);
  if (plan.acknowledgement) {
    receipt.acknowledgement = *plan.acknowledgement;
  } else if (plan.acked_total) {
    protocol::Acknowledgement acknowledgement;
    acknowledgement.order = order_id(plan.acked_order.value_or(order.number));
    acknowledgement.sequence = plan.sequence;
    acknowledgement.total_bytes = {*plan.acked_total};
    acknowledgement.total_pieces = plan.acked_pieces;
    acknowledgement.time = plan.acked_at.value_or(plan.end);
    receipt.acknowledgement =
        protocol::sign_acknowledgement(key_of(plan.acked_by.empty() ? order.receiver : plan.acked_by), acknowledgement);
  }
  return protocol::sign_receipt(key_of(plan.signed_by.empty() ? order.sender : plan.signed_by), receipt);
}

std::shared_ptr<const tracker::PathTables> tables() {
  std::vector<tracker::IspName> isps;
  std::vector<tracker::PrefixEntry> prefixes;
  for (const auto isp : {kSp1, kSp2, kSp3}) {
    isps.push_back({isp, "SP" + std::to_string(isp.value)});
    prefixes.push_back({{address_in(isp, 0), 24}, isp});
  }
  auto built = tracker::PathTables::build(7, std::move(isps), std::move(prefixes), {});
  WAYBILL_ASSERT(built, "the sample tables are sound");
  return std::make_shared<const tracker::PathTables>(*std::move(built));
}

}  // namespace waybill::sample
