#include "agent/orders/fetch_ledger.h"

#include <doctest/doctest.h>

#include "tests/unit/agent_orders/order_samples.h"

namespace waybill::orders {

using namespace samples;

namespace {

// Two senders with an order each, for the same pieces.
struct Desk {
  Parties parties;
  crypto::KeyPair other_sender = crypto::KeyPair::generate();
  FetchLedger ledger{geometry()};
  FetchOrder* first;
  FetchOrder* second;

  Desk() {
    auto order = order_between(parties);
    first = ledger.add(protocol::sign_order(parties.tracker, order));
    order = order_between(parties);
    order.sender = other_sender.public_key();
    second = ledger.add(protocol::sign_order(parties.tracker, order));
  }
  FetchOrder* from_first(std::int64_t piece, std::int64_t block, std::int64_t length = kBlock) {
    return ledger.arrived(parties.sender.public_key(), {piece, block * kBlock, length}, kDuring);
  }
  FetchOrder* from_second(std::int64_t piece, std::int64_t block, std::int64_t length = kBlock) {
    return ledger.arrived(other_sender.public_key(), {piece, block * kBlock, length}, kDuring);
  }
};

}  // namespace

TEST_CASE("bytes are verified when the piece passes, for whoever brought them") {
  Desk desk;
  desk.from_first(0, 0);
  desk.from_first(0, 1);
  desk.from_second(0, 2);
  desk.from_second(0, 3);
  CHECK(desk.first->verified == AckedBytes{0});
  CHECK(desk.ledger.passed(0).size() == 2);
  CHECK(desk.first->verified == AckedBytes{2 * kBlock});
  CHECK(desk.second->verified == AckedBytes{2 * kBlock});
  CHECK(desk.first->verified_pieces == 1);
  CHECK(desk.ledger.open_pieces() == 0);
}

TEST_CASE("a block that came twice counts for the first") {
  Desk desk;
  CHECK(desk.from_first(9, 0) == desk.first);
  CHECK(desk.from_second(9, 0) == nullptr);
  CHECK(desk.from_first(9, 1, kBlock / 2) == desk.first);
  desk.ledger.passed(9);
  CHECK(desk.first->verified == AckedBytes{kBlock + kBlock / 2});
  CHECK(desk.second->verified == AckedBytes{0});
  CHECK(desk.second->arrived == ByteCount{kBlock});  // it was sent, though, and uses its order up
  CHECK(desk.from_second(9, 0) == nullptr);          // later still
  CHECK(desk.ledger.open_pieces() == 0);
}

TEST_CASE("a sender is owed a word until its blocks have passed, are signed for, and it has shown the signature") {
  Desk desk;
  auto now = seconds(1);
  const auto owes_first = [&] { return desk.ledger.owes(desk.parties.sender.public_key(), now); };
  CHECK_FALSE(owes_first());
  desk.from_first(0, 0);
  desk.first->ended = true;
  CHECK(owes_first());
  CHECK_FALSE(desk.ledger.owes(desk.other_sender.public_key(), now));
  desk.from_second(0, 1);
  desk.ledger.passed(0);
  CHECK(owes_first());
  FetchLedger::acknowledge(*desk.first, kDuring, now);
  CHECK(owes_first());
  FetchLedger::confirm(*desk.first);
  CHECK_FALSE(owes_first());
  desk.from_first(1, 0);
  desk.ledger.failed(1);  // what failed is nobody's due
  CHECK_FALSE(owes_first());
  desk.from_first(2, 0);
  desk.ledger.passed(2);
  FetchLedger::acknowledge(*desk.first, kDuring, now);  // and the sender never says that it came
  now = now + kLastWord - DurationMs{1};
  CHECK(owes_first());
  now = now + DurationMs{1};
  CHECK_FALSE(owes_first());
}

TEST_CASE("a word that the sender has not shown is to be said again, of orders that are over as well") {
  Desk desk;
  const auto of_first = [&] { return desk.ledger.unheard(desk.parties.sender.public_key()); };
  desk.from_first(0, 0);
  desk.ledger.passed(0);
  CHECK(of_first() == std::vector<FetchOrder*>{desk.first});  // not even said
  FetchLedger::acknowledge(*desk.first, kDuring, seconds(1));
  desk.first->ended = true;
  CHECK(of_first() == std::vector<FetchOrder*>{desk.first});
  CHECK(desk.ledger.unheard(desk.other_sender.public_key()).empty());
  FetchLedger::confirm(*desk.first);
  CHECK(of_first().empty());
  desk.from_first(1, 0);
  desk.ledger.passed(1);
  CHECK(of_first().size() == 1);
}

TEST_CASE("what cannot be a block of ours counts for nobody") {
  Desk desk;
  for (const auto& block : {Block{0, 1, kBlock}, Block{0, 0, kBlock - 1}, Block{10, 0, kBlock}, Block{-1, 0, kBlock},
                            Block{9, kBlock, kBlock}, Block{3, 0, kBlock}}) {
    CHECK(desk.ledger.arrived(desk.parties.sender.public_key(), block, kDuring) == nullptr);
  }
  CHECK(desk.ledger.arrived(crypto::KeyPair::generate().public_key(), {0, 0, kBlock}, kDuring) == nullptr);
  CHECK(desk.ledger.open_pieces() == 0);
}

TEST_CASE("a block that was under way when its order ended is booked under it, unless a later order covers it") {
  Desk desk;
  CHECK(desk.ledger.arrived(desk.parties.sender.public_key(), {0, 0, kBlock}, kEnd) == desk.first);
  desk.first->ended = true;
  CHECK(desk.from_first(0, 1) == desk.first);
  const auto later = desk.ledger.add(protocol::sign_order(desk.parties.tracker, order_between(desk.parties)));
  CHECK(desk.from_first(0, 2) == later);
}

TEST_CASE("a block is booked under the order that it was asked for under, as its sender charges it") {
  Desk desk;
  const auto sender = desk.parties.sender.public_key();
  auto* asked_under = desk.ledger.charged(sender, {0, 0, kBlock}, kDuring);
  CHECK(asked_under == desk.first);
  desk.first->ended = true;
  CHECK(desk.ledger.charged(sender, {0, 0, kBlock}, kDuring) == nullptr);
  const auto later = desk.ledger.add(protocol::sign_order(desk.parties.tracker, order_between(desk.parties)));
  CHECK(desk.ledger.charged(sender, {0, 0, kBlock}, kDuring) == later);
  CHECK(desk.ledger.arrived(sender, {0, 0, kBlock}, kDuring, asked_under) == desk.first);
  desk.first->arrived = desk.first->order().byte_limit;
  CHECK(desk.ledger.arrived(sender, {0, 1 * kBlock, kBlock}, kDuring, asked_under) == later);
}

TEST_CASE("nothing is booked beyond an order's byte limit") {
  Desk desk;
  int booked = 0;
  for (std::int64_t i = 0; i < 32; ++i) booked += desk.from_first(i / 4 < 3 ? i / 4 : i / 4 + 2, i % 4) != nullptr;
  CHECK(booked == 20);
  CHECK(desk.first->arrived == desk.first->order().byte_limit);
}

TEST_CASE("a failed piece counts for nobody until its blocks came again") {
  Desk desk;
  for (int i = 0; i < 4; ++i) desk.from_first(1, i);
  const auto suspects = desk.ledger.failed(1);
  REQUIRE(suspects.size() == 1);
  CHECK(suspects[0] == desk.first);
  CHECK(desk.first->verified == AckedBytes{0});
  for (int i = 0; i < 4; ++i) CHECK(desk.from_second(1, i) == desk.second);
  desk.ledger.passed(1);
  CHECK(desk.first->verified == AckedBytes{0});
  CHECK(desk.second->verified == AckedBytes{4 * kBlock});
}

TEST_CASE("acknowledgements: at most each interval, or at a quarter of the window, with rising totals") {
  Desk desk;
  auto& order = *desk.first;
  CHECK_FALSE(FetchLedger::acknowledgement_due(order, DurationMs{1000}));
  desk.from_first(9, 0);
  desk.ledger.passed(9);
  CHECK(FetchLedger::acknowledgement_due(order, DurationMs{1000}));
  const auto first = FetchLedger::acknowledge(order, kDuring, DurationMs{1000});
  CHECK(first.sequence == 1);
  CHECK(first.total_bytes == AckedBytes{kBlock});
  CHECK_FALSE(FetchLedger::acknowledgement_due(order, DurationMs{5000}));  // nothing to say

  desk.from_first(0, 0);
  desk.ledger.passed(0);
  CHECK_FALSE(FetchLedger::acknowledgement_due(order, DurationMs{1099}));
  CHECK(FetchLedger::acknowledgement_due(order, DurationMs{1100}));
  for (int i = 0; i < 4; ++i) desk.from_first(1, i);
  desk.ledger.passed(1);
  CHECK(FetchLedger::acknowledgement_due(order, DurationMs{1001}));  // five of the window's eight blocks
  const auto second = FetchLedger::acknowledge(order, kDuring, DurationMs{1001});
  CHECK(second.sequence == 2);
  CHECK(second.total_bytes == AckedBytes{6 * kBlock});
  CHECK(second.total_pieces == 3);
}

TEST_CASE("a receiver that forgot is reminded, and goes on from there") {
  Desk desk;
  auto& order = *desk.first;
  protocol::Acknowledgement before;
  before.order = order.id();
  before.sequence = 12;
  before.total_bytes = AckedBytes{6 * kBlock};
  before.total_pieces = 2;
  desk.ledger.remind(order, before);
  CHECK_FALSE(FetchLedger::acknowledgement_due(order, DurationMs{1000}));
  desk.from_first(9, 0);
  desk.ledger.passed(9);
  const auto next = FetchLedger::acknowledge(order, kDuring, DurationMs{1000});
  CHECK(next.sequence == 13);
  CHECK(next.total_bytes == AckedBytes{7 * kBlock});
  CHECK(next.total_pieces == 3);
  desk.ledger.remind(order, before);  // again: nothing new
  CHECK(order.acknowledged == AckedBytes{7 * kBlock});
}

}  // namespace waybill::orders
