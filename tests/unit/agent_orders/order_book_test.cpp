#include "agent/orders/order_book.h"

#include <doctest/doctest.h>

#include "tests/unit/agent_orders/order_samples.h"

namespace waybill::orders {

using namespace samples;
using protocol::Refusal;

namespace {

struct Shop {
  Parties parties;
  OrderBook book{parties.sender.public_key()};
  protocol::SignedOrder order = protocol::sign_order(parties.tracker, order_between(parties));

  Shop() { book.set_sharing(true); }
  OrderBook::Admission admit(const protocol::SignedOrder& which, TimeMs now = kDuring) {
    return book.admit(which, IpAddress::from_v4(0x7f000001), now);
  }
  protocol::SignedOrder another() { return protocol::sign_order(parties.tracker, order_between(parties)); }
  Customer* customer() { return book.customer(parties.receiver.public_key(), parties.content); }
  Grant ask(std::int64_t piece, std::int64_t block, TimeMs now = kDuring) {
    return book.request(customer(), geometry(), {piece, block * kBlock, kBlock}, now);
  }
  // Grants and writes this many whole blocks.
  void serve(int blocks) {
    for (int i = 0; i < blocks; ++i) {
      const auto grant = ask(i / 4 % 3, i % 4);
      REQUIRE(grant.order != nullptr);
      book.written(*grant.order, ByteCount{kBlock}, kDuring);
    }
  }
  Refusal acknowledge(std::int64_t sequence, std::int64_t bytes, std::int64_t pieces = 1) {
    return book.acknowledge(acknowledgement(parties.receiver, order.order.id, sequence, bytes, pieces),
                            parties.receiver.public_key());
  }
};

}  // namespace

TEST_CASE("an order is admitted once and found again") {
  Shop shop;
  const auto first = shop.admit(shop.order);
  REQUIRE(first.order != nullptr);
  CHECK(first.fresh);
  const auto again = shop.admit(shop.order);
  CHECK(again.order == first.order);
  CHECK_FALSE(again.fresh);
  CHECK(shop.book.size() == 1);

  auto altered = shop.order;
  altered.order.byte_limit = ByteCount{1ll << 40};
  CHECK(shop.admit(altered).refusal == Refusal::order_invalid);
  CHECK(first.order->order().byte_limit == shop.order.order.byte_limit);
}

TEST_CASE("orders of others, early, late and without consent are refused and leave nothing behind") {
  Shop shop;
  auto foreign = order_between(shop.parties);
  foreign.sender = crypto::KeyPair::generate().public_key();
  CHECK(shop.admit(protocol::sign_order(shop.parties.tracker, foreign)).refusal == Refusal::order_for_another);
  CHECK(shop.admit(shop.order, kBegin - DurationMs{1}).refusal == Refusal::order_not_begun);
  CHECK(shop.admit(shop.order, kEnd).refusal == Refusal::order_expired);
  shop.book.set_sharing(false);
  CHECK(shop.admit(shop.order).refusal == Refusal::sharing_off);
  CHECK(shop.book.size() == 0);
  CHECK(shop.customer() == nullptr);
}

TEST_CASE("blocks move from queued to sent, and back where they were not sent") {
  Shop shop;
  auto* booked = shop.admit(shop.order).order;
  const auto grant = shop.ask(0, 0);
  REQUIRE(grant.order == booked);
  CHECK(booked->totals.queued == QueuedBytes{kBlock});
  shop.book.written(*booked, ByteCount{1000}, kDuring);
  CHECK(booked->totals.queued == QueuedBytes{kBlock - 1000});
  CHECK(booked->totals.sent == SentBytes{1000});
  shop.book.taken_back(*booked, ByteCount{kBlock - 1000});
  CHECK(booked->totals == ServedTotals{QueuedBytes{0}, SentBytes{1000}, AckedBytes{0}});
  CHECK(booked->first_block == kDuring);
}

TEST_CASE("the byte limit holds over any mix of queued and sent") {
  Shop shop;
  auto* booked = shop.admit(shop.order).order;
  shop.serve(8);
  REQUIRE(shop.acknowledge(1, 8 * kBlock) == Refusal::none);
  shop.serve(8);
  REQUIRE(shop.acknowledge(2, 16 * kBlock) == Refusal::none);
  shop.serve(4);
  CHECK(shop.ask(0, 0).refusal == Refusal::bytes_exhausted);
  CHECK(booked->exhausted());
  CHECK(booked->totals.sent.value == booked->order().byte_limit.value);
  CHECK(shop.book.end_of(*booked, kDuring).over);
}

TEST_CASE("a receiver that never signs gets one window and not a block more") {
  Shop shop;
  auto* booked = shop.admit(shop.order).order;
  int granted = 0;
  for (int i = 0; i < 100; ++i) {
    const auto grant = shop.ask(i / 4 % 3, i % 4);
    if (grant.order == nullptr) {
      CHECK(grant.refusal == Refusal::acknowledgement_overdue);
      continue;
    }
    ++granted;
    shop.book.written(*grant.order, ByteCount{kBlock}, kDuring);
  }
  CHECK(granted == 8);
  CHECK(booked->totals.unacknowledged().value == booked->order().ack_window.value);
}

TEST_CASE("acknowledgements: who may sign what") {
  Shop shop;
  auto* booked = shop.admit(shop.order).order;
  shop.serve(6);
  const auto before = booked->totals;
  SUBCASE("a third key") {
    const auto stranger = crypto::KeyPair::generate();
    const auto forged = acknowledgement(stranger, shop.order.order.id, 1, kBlock);
    CHECK(shop.book.acknowledge(forged, shop.parties.receiver.public_key()) == Refusal::acknowledgement_invalid);
    CHECK(shop.book.acknowledge(forged, stranger.public_key()) == Refusal::no_order);
    CHECK(booked->totals == before);
  }
  SUBCASE("more than was granted") {
    CHECK(shop.acknowledge(1, 6 * kBlock + 1) == Refusal::acknowledgement_invalid);
    CHECK(booked->totals == before);
    CHECK(booked->acknowledgement.empty());
  }
  SUBCASE("falling totals") {
    REQUIRE(shop.acknowledge(1, 4 * kBlock, 2) == Refusal::none);
    CHECK(shop.acknowledge(2, 4 * kBlock - 1, 2) == Refusal::acknowledgement_invalid);
    CHECK(shop.acknowledge(2, 5 * kBlock, 1) == Refusal::acknowledgement_invalid);
    CHECK(booked->totals.acked == AckedBytes{4 * kBlock});
    CHECK(booked->sequence == 1);
  }
  SUBCASE("an old one again changes nothing and is no fault") {
    REQUIRE(shop.acknowledge(5, 4 * kBlock) == Refusal::none);
    const auto kept = booked->acknowledgement;
    CHECK(shop.acknowledge(4, 2 * kBlock) == Refusal::none);
    CHECK(shop.acknowledge(5, 6 * kBlock) == Refusal::none);
    CHECK(booked->totals.acked == AckedBytes{4 * kBlock});
    CHECK(booked->acknowledgement == kept);
  }
  SUBCASE("an unknown order") {
    const auto unknown = acknowledgement(shop.parties.receiver, shop.another().order.id, 1, kBlock);
    CHECK(shop.book.acknowledge(unknown, shop.parties.receiver.public_key()) == Refusal::no_order);
  }
}

TEST_CASE(
    "two orders of one receiver: the first that permits is charged, and their boundary may be booked either way") {
  Shop shop;
  auto* first = shop.admit(shop.order).order;
  const auto later = shop.another();
  auto* second = shop.admit(later).order;
  shop.serve(8);
  CHECK(first->totals.sent.value == 8 * kBlock);
  const auto grant = shop.ask(0, 0);  // the first one's window is full
  REQUIRE(grant.order == second);
  shop.book.written(*second, ByteCount{kBlock}, kDuring);
  // The receiver books that block under the first order: nine blocks there, none under the second.
  CHECK(shop.acknowledge(1, 9 * kBlock) == Refusal::none);
  CHECK(first->totals.acked.value == 9 * kBlock);
  CHECK(first->totals.sent.value == 9 * kBlock);
  // But not ten: only nine were granted in all.
  CHECK(shop.acknowledge(2, 10 * kBlock) == Refusal::acknowledgement_invalid);
}

TEST_CASE("revocation stops at once and is remembered") {
  Shop shop;
  SUBCASE("of an order in the book") {
    auto* booked = shop.admit(shop.order).order;
    shop.serve(2);
    shop.book.revoke(shop.order.order.id, Refusal::grant_ended, kDuring);
    CHECK(shop.ask(0, 0).refusal == Refusal::order_revoked);
    CHECK(shop.book.end_of(*booked, kDuring).why == Refusal::grant_ended);
    CHECK(shop.acknowledge(1, 2 * kBlock) == Refusal::none);  // what was received may still be signed for
    shop.book.strike(shop.order.order.id, Refusal::grant_ended, kDuring);
    CHECK(shop.book.size() == 0);
    CHECK(shop.admit(shop.order).refusal == Refusal::order_revoked);
  }
  SUBCASE("that comes before the order") {
    shop.book.revoke(shop.order.order.id, Refusal::grant_ended, kDuring);
    CHECK(shop.admit(shop.order).refusal == Refusal::order_revoked);
  }
  SUBCASE("a finished order does not come back") {
    shop.admit(shop.order);
    shop.book.strike(shop.order.order.id, Refusal::none, kDuring);
    CHECK(shop.admit(shop.order).refusal == Refusal::bytes_exhausted);
    shop.book.forget_expired(kEnd);
    CHECK(shop.admit(shop.order, kEnd).refusal == Refusal::order_expired);
  }
}

TEST_CASE("the memory of ended orders is bounded") {
  Shop shop;
  for (std::size_t i = 0; i < kMaxEndedOrders + 10; ++i) {
    OrderId id;
    std::memcpy(id.bytes.data(), &i, sizeof i);
    shop.book.revoke(id, Refusal::grant_ended, kDuring);
  }
  OrderId last;
  const std::size_t newest = kMaxEndedOrders + 9;
  std::memcpy(last.bytes.data(), &newest, sizeof newest);
  auto order = order_between(shop.parties);
  order.id = last;
  CHECK(shop.admit(protocol::sign_order(shop.parties.tracker, order)).refusal == Refusal::order_revoked);
}

TEST_CASE("restored totals may lag behind what the receiver can prove, once") {
  Shop shop;
  const auto latest = acknowledgement(shop.parties.receiver, shop.order.order.id, 7, 4 * kBlock, 1);
  const auto admission = shop.book.restore(shop.order, IpAddress::from_v4(1), SentBytes{5 * kBlock}, latest, kDuring);
  REQUIRE(admission.order != nullptr);
  auto& booked = *admission.order;
  CHECK(booked.totals.sent == SentBytes{5 * kBlock});
  CHECK(booked.totals.acked == AckedBytes{4 * kBlock});
  CHECK(shop.acknowledge(8, 9 * kBlock) == Refusal::none);
  CHECK(booked.totals.sent == SentBytes{9 * kBlock});
  // Pieces that were in part when the earlier life ended may still follow: one window, and no more.
  CHECK(shop.acknowledge(9, 17 * kBlock + 1) == Refusal::acknowledgement_invalid);
  CHECK(shop.acknowledge(9, 17 * kBlock) == Refusal::none);
  CHECK(shop.acknowledge(10, 17 * kBlock + 1) == Refusal::acknowledgement_invalid);
}

TEST_CASE("a restored order without an acknowledgement accepts the first one") {
  Shop shop;
  const auto admission = shop.book.restore(shop.order, IpAddress::from_v4(1), SentBytes{0}, std::nullopt, kDuring);
  REQUIRE(admission.order != nullptr);
  CHECK(shop.acknowledge(3, 6 * kBlock) == Refusal::none);
  CHECK(admission.order->totals.sent == SentBytes{6 * kBlock});
  CHECK(shop.acknowledge(4, 21 * kBlock) == Refusal::acknowledgement_invalid);  // beyond the byte limit
}

TEST_CASE("one customer cannot fill the book") {
  Shop shop;
  for (std::size_t i = 0; i < kMaxOrdersPerCustomer; ++i) REQUIRE(shop.admit(shop.another()).order != nullptr);
  CHECK(shop.admit(shop.another()).refusal == Refusal::too_busy);
  CHECK(shop.book.size() == kMaxOrdersPerCustomer);
}

TEST_CASE("orders for stock clients are found by address and content, while they stand") {
  Shop shop;
  const auto here = *IpAddress::parse("198.51.100.7");
  const auto elsewhere = *IpAddress::parse("198.51.100.8");
  auto facts = order_between(shop.parties);
  facts.stock_address = here;
  facts.ack_window = facts.byte_limit;
  const auto first = protocol::sign_order(shop.parties.tracker, facts);
  facts.id = order_between(shop.parties).id;
  const auto second = protocol::sign_order(shop.parties.tracker, facts);
  REQUIRE(shop.admit(first).order != nullptr);
  REQUIRE(shop.admit(second).order != nullptr);
  REQUIRE(shop.admit(shop.order).order != nullptr);  // an agent's: no address finds it
  const std::vector<AgentKey> receiver{shop.parties.receiver.public_key()};
  CHECK(shop.book.stock_customers(here, shop.parties.content) == receiver);
  CHECK(shop.book.stock_customers(elsewhere, shop.parties.content).empty());
  CHECK(shop.book.stock_customers(here, ContentId{}).empty());
  shop.book.strike(first.order.id, Refusal::none, kDuring);
  CHECK(shop.book.stock_customers(here, shop.parties.content) == receiver);
  shop.book.strike(second.order.id, Refusal::none, kDuring);
  CHECK(shop.book.stock_customers(here, shop.parties.content).empty());
  CHECK(shop.customer() != nullptr);
}

TEST_CASE("a stock client is served to its byte limit without an acknowledgement, and not beyond") {
  Shop shop;
  auto facts = order_between(shop.parties);
  facts.stock_address = *IpAddress::parse("198.51.100.7");
  facts.byte_limit = facts.ack_window = ByteCount{3 * kBlock};
  REQUIRE(shop.admit(protocol::sign_order(shop.parties.tracker, facts)).order != nullptr);
  shop.serve(3);
  CHECK(shop.ask(0, 3).refusal == Refusal::bytes_exhausted);
}

}  // namespace waybill::orders
