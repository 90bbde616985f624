#include "agent/orders/block_gate.h"

#include <limits>

#include <doctest/doctest.h>

#include "tests/unit/agent_orders/order_samples.h"

namespace waybill::orders {

using namespace samples;
using protocol::Refusal;

namespace {

struct Asked {
  Parties parties;
  protocol::ServeOrder order = order_between(parties);
  GateFacts facts;

  Asked() {
    facts.peer_proven = true;
    facts.order = &order;
    facts.sharing = true;
    facts.geometry = geometry();
    facts.block = {0, 0, kBlock};
    facts.now = kDuring;
  }
};

}  // namespace

TEST_CASE("a block within a live order is served") {
  Asked asked;
  CHECK(decide(asked.facts) == Refusal::none);
  asked.facts.block = {9, kBlock, kBlock / 2};  // the very last one, shorter
  CHECK(decide(asked.facts) == Refusal::none);
  asked.facts.block = {2, 3 * kBlock, kBlock};
  CHECK(decide(asked.facts) == Refusal::none);
}

TEST_CASE("each reason alone") {
  Asked asked;
  auto& facts = asked.facts;
  SUBCASE("key") {
    facts.peer_proven = false;
    CHECK(decide(facts) == Refusal::key_not_proven);
  }
  SUBCASE("no order") {
    facts.order = nullptr;
    CHECK(decide(facts) == Refusal::no_order);
  }
  SUBCASE("too early and too late, to the millisecond") {
    facts.now = kBegin - DurationMs{1};
    CHECK(decide(facts) == Refusal::order_not_begun);
    facts.now = kBegin;
    CHECK(decide(facts) == Refusal::none);
    facts.now = kEnd - DurationMs{1};
    CHECK(decide(facts) == Refusal::none);
    facts.now = kEnd;
    CHECK(decide(facts) == Refusal::order_expired);
  }
  SUBCASE("revoked") {
    facts.revoked = true;
    CHECK(decide(facts) == Refusal::order_revoked);
  }
  SUBCASE("no consent") {
    facts.sharing = false;
    CHECK(decide(facts) == Refusal::sharing_off);
  }
  SUBCASE("pieces outside the ranges") {
    for (const int piece : {3, 4}) {
      facts.block.piece = piece;
      CHECK(decide(facts) == Refusal::piece_outside_order);
    }
  }
  SUBCASE("bytes used up: queued and sent count, to the byte") {
    facts.totals.sent = SentBytes{12 * kBlock};
    facts.totals.queued = QueuedBytes{7 * kBlock};
    facts.totals.acked = AckedBytes{12 * kBlock};
    CHECK(decide(facts) == Refusal::none);
    facts.totals.queued += QueuedBytes{1};
    CHECK(decide(facts) == Refusal::bytes_exhausted);
  }
  SUBCASE("window full, to the byte") {
    facts.totals.sent = SentBytes{7 * kBlock};
    CHECK(decide(facts) == Refusal::none);
    facts.totals.queued = QueuedBytes{1};
    CHECK(decide(facts) == Refusal::acknowledgement_overdue);
    facts.totals.acked = AckedBytes{1};
    CHECK(decide(facts) == Refusal::none);
  }
}

TEST_CASE("no request that can be written down gets past the bounds") {
  Asked asked;
  const std::int64_t big = std::numeric_limits<std::int32_t>::max();
  const std::int64_t low = std::numeric_limits<std::int32_t>::min();
  const Block outside[] = {{10, 0, kBlock},
                           {-1, 0, kBlock},
                           {big, 0, kBlock},
                           {low, 0, kBlock},
                           {0, 4 * kBlock, 1},
                           {0, -1, kBlock},
                           {0, big, big},
                           {0, 0, -1},
                           {0, 0, low},
                           {0, 0, big},
                           {0, 3 * kBlock, kBlock + 1},
                           {9, kBlock, kBlock},
                           {9, 2 * kBlock, 1},
                           {0, low, low}};
  for (const auto& block : outside) {
    CAPTURE(block.piece);
    CAPTURE(block.offset);
    CAPTURE(block.length);
    asked.facts.block = block;
    CHECK(decide(asked.facts) == Refusal::block_out_of_range);
  }
  for (const auto& block : {Block{0, 0, kBlock + 1}, Block{0, 0, 0}, Block{0, 0, 4 * kBlock}}) {
    asked.facts.block = block;
    CHECK(decide(asked.facts) == Refusal::block_size_invalid);
  }
}

TEST_CASE("where several reasons apply, the lowest number is said") {
  Asked asked;
  auto& facts = asked.facts;
  facts.peer_proven = false;
  facts.revoked = true;
  facts.sharing = false;
  facts.now = kEnd;
  facts.block = {4, -5, 0};
  facts.totals.sent = SentBytes{100 * kBlock};
  CHECK(decide(facts) == Refusal::key_not_proven);
  facts.peer_proven = true;
  CHECK(decide(facts) == Refusal::order_expired);
  facts.now = kDuring;
  CHECK(decide(facts) == Refusal::order_revoked);
  facts.revoked = false;
  CHECK(decide(facts) == Refusal::sharing_off);
  facts.sharing = true;
  CHECK(decide(facts) == Refusal::block_out_of_range);
  facts.block.offset = 0;
  CHECK(decide(facts) == Refusal::block_size_invalid);
  facts.block.length = kBlock;
  CHECK(decide(facts) == Refusal::piece_outside_order);
  facts.block.piece = 5;
  CHECK(decide(facts) == Refusal::bytes_exhausted);
  facts.totals.sent = SentBytes{19 * kBlock};
  CHECK(decide(facts) == Refusal::acknowledgement_overdue);
}

TEST_CASE("an order belongs to one sender, one receiver, one content") {
  Parties parties;
  const auto order = order_between(parties);
  const auto other = crypto::KeyPair::generate().public_key();
  CHECK(belongs(order, order.sender, order.receiver, order.content, kDuring) == Refusal::none);
  CHECK(belongs(order, other, order.receiver, order.content, kDuring) == Refusal::order_for_another);
  CHECK(belongs(order, order.sender, other, order.content, kDuring) == Refusal::order_for_another);
  CHECK(belongs(order, order.sender, order.receiver, {}, kDuring) == Refusal::order_for_another);
  CHECK(belongs(order, order.sender, order.receiver, order.content, kEnd) == Refusal::order_expired);
}

}  // namespace waybill::orders
