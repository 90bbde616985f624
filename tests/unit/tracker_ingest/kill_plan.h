#pragma once
// What the agents of the kill test send: for each agent its batches in order, each of signed receipts.
#include <string>
#include <vector>

#include "common/types/byte_string.h"
#include "tests/contract/sample_books.h"

namespace waybill::test {

using KillPlan = std::vector<std::vector<std::vector<ByteString>>>;

inline constexpr int kKillAgents = 4;
inline constexpr int kKillBatches = 80;  // of each agent
inline constexpr int kKillReceipts = 5;  // of each batch
inline constexpr int kKillOrders = 2;    // of each agent, in turn

std::vector<sample::OrderPlan> kill_orders();
KillPlan make_kill_plan();
void write_kill_plan(const KillPlan& plan, const std::string& file);
KillPlan read_kill_plan(const std::string& file);

}  // namespace waybill::test
