#include "tests/unit/tracker_ingest/kill_plan.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "common/protocol/bencode.h"

namespace waybill::test {

namespace {

constexpr std::size_t kMaxPlanBytes = 64 << 20;

}  // namespace

std::vector<sample::OrderPlan> kill_orders() {
  std::vector<sample::OrderPlan> orders;
  for (int number = 0; number < kKillAgents * kKillOrders; ++number) {
    sample::OrderPlan order;
    order.number = number + 1;
    order.sender = "agent " + std::to_string(number / kKillOrders);
    order.receiver = "receiver " + std::to_string(number % 3);
    order.source_isp = {1 + number % 3};
    order.agreement = {number / kKillOrders == 0 ? 0 : order.source_isp.value};  // the first one is a CDN node
    orders.push_back(order);
  }
  return orders;
}

KillPlan make_kill_plan() {
  const auto orders = kill_orders();
  KillPlan plan;
  for (int agent = 0; agent < kKillAgents; ++agent) {
    auto& batches = plan.emplace_back();
    std::vector<std::int64_t> sequences(kKillOrders, 0);
    for (int batch = 0; batch < kKillBatches; ++batch) {
      auto& receipts = batches.emplace_back();
      for (int i = 0; i < kKillReceipts; ++i) {
        const auto turn = static_cast<std::size_t>((batch * kKillReceipts + i) % kKillOrders);
        const auto sequence = ++sequences[turn];
        sample::ReceiptPlan receipt;
        receipt.sequence = sequence;
        receipt.sent = 1000;
        receipt.sent_total = sequence * 1000;
        receipt.acked_total = sequence * 1000 - 7;
        receipt.end = sample::kNoon + minutes(sequence % 50);
        receipt.start = sample::kNoon;
        receipts.push_back(sample::receipt_of(orders[static_cast<std::size_t>(agent * kKillOrders) + turn], receipt));
      }
    }
  }
  return plan;
}

void write_kill_plan(const KillPlan& plan, const std::string& file) {
  protocol::List agents;
  for (const auto& batches : plan) {
    protocol::List encoded;
    for (const auto& batch : batches) encoded.emplace_back(protocol::List(batch.begin(), batch.end()));
    agents.emplace_back(std::move(encoded));
  }
  std::ofstream(file, std::ios::binary) << protocol::encode(agents);
}

KillPlan read_kill_plan(const std::string& file) {
  std::ostringstream bytes;
  bytes << std::ifstream(file, std::ios::binary).rdbuf();
  const auto value = protocol::decode(bytes.str(), kMaxPlanBytes);
  if (!value) throw std::runtime_error(value.error().message);
  KillPlan plan;
  for (const auto& agent : std::get<protocol::List>(*value)) {
    auto& batches = plan.emplace_back();
    for (const auto& batch : std::get<protocol::List>(agent)) {
      auto& receipts = batches.emplace_back();
      for (const auto& receipt : std::get<protocol::List>(batch)) receipts.push_back(std::get<ByteString>(receipt));
    }
  }
  return plan;
}

}  // namespace waybill::test
