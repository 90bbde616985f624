#include "agent/receipts/receipt_cutter.h"

#include <random>

#include <doctest/doctest.h>

#include "common/protocol/limits.h"
#include "tests/unit/agent_receipts/receipt_samples.h"

namespace waybill::receipts {

using namespace samples;

namespace {

const protocol::Path kNoPath;

}  // namespace

TEST_CASE("no receipt is due while nothing happened") {
  Parties parties;
  auto account = account_of(order_of(parties));
  CHECK(due(account, kTen + minutes(5), true) == CutReason::none);
  CHECK_FALSE(cut(account, kNoPath));
  CHECK(account.next_sequence == 1);
}

TEST_CASE("a receipt is due after the interval, the volume, or at the end") {
  Parties parties;
  auto account = account_of(order_of(parties));
  observe(account, seen(kMegabyte, 0), kTen + seconds(1));
  CHECK(due(account, kTen + seconds(1), false) == CutReason::none);
  CHECK(due(account, kTen + seconds(1), true) == CutReason::ended);
  CHECK(due(account, kTen + seconds(1) + kReceiptInterval - DurationMs{1}, false) == CutReason::none);
  CHECK(due(account, kTen + seconds(1) + kReceiptInterval, false) == CutReason::interval);

  observe(account, seen(kReceiptVolume + kMegabyte, kReceiptVolume - 1), kTen + seconds(2));
  CHECK(due(account, kTen + seconds(2), false) == CutReason::none);
  observe(account, seen(kReceiptVolume + kMegabyte, kReceiptVolume), kTen + seconds(2));
  CHECK(due(account, kTen + seconds(2), false) == CutReason::volume);
}

TEST_CASE("a receipt tells of its stretch, and the next one goes on from there") {
  Parties parties;
  auto account = account_of(order_of(parties));
  observe(account, seen(2 * kMegabyte, kMegabyte, "ack one", kTen + DurationMs{500}, 700), kTen + seconds(1));
  observe(account, seen(6 * kMegabyte, 4 * kMegabyte, "ack two", kTen, 3000 * kMegabyte), kTen + seconds(3));
  protocol::Path path;
  path.method = protocol::PathMethod::trace;
  const auto first = cut(account, path);
  REQUIRE(first);
  CHECK(first->id == protocol::ReceiptId{account.order.order.id, 1});
  CHECK(first->sent == SentBytes{6 * kMegabyte});
  CHECK(first->sent_total == SentBytes{6 * kMegabyte});
  CHECK(first->start == kTen + DurationMs{500});
  CHECK(first->end == kTen + seconds(3));
  CHECK(first->average_rate == ByteRate{6 * kMegabyte * 1000 / 2500});
  CHECK(first->max_rate == ByteRate{3000 * kMegabyte});
  CHECK(first->acknowledgement == "ack two");
  CHECK(first->path == path);
  CHECK_FALSE(account.pending());
  CHECK_FALSE(cut(account, path));

  observe(account, seen(7 * kMegabyte, 4 * kMegabyte, "ack two"), kTen + seconds(4));
  const auto second = cut(account, path);
  REQUIRE(second);
  CHECK(second->id.sequence == 2);
  CHECK(second->sent == SentBytes{kMegabyte});
  CHECK(second->sent_total == SentBytes{7 * kMegabyte});
  CHECK(second->start >= first->end);
  CHECK(second->max_rate >= second->average_rate);
}

TEST_CASE("an acknowledgement alone is worth a receipt") {
  Parties parties;
  auto account = account_of(order_of(parties));
  observe(account, seen(kMegabyte, 0), kTen + seconds(1));
  REQUIRE(cut(account, kNoPath));
  observe(account, seen(kMegabyte, kMegabyte, "late"), kTen + seconds(2));
  const auto late = cut(account, kNoPath);
  REQUIRE(late);
  CHECK(late->sent == SentBytes{0});
  CHECK(late->acknowledgement == "late");
}

TEST_CASE("totals never fall, and what was acknowledged was sent") {
  Parties parties;
  auto account = account_of(order_of(parties));
  observe(account, seen(5 * kMegabyte, 3 * kMegabyte, "three"), kTen + seconds(1));
  observe(account, seen(kMegabyte, 2 * kMegabyte, "two"), kTen + seconds(2));
  CHECK(account.sent == SentBytes{5 * kMegabyte});
  CHECK(account.acked == AckedBytes{3 * kMegabyte});
  CHECK(account.acknowledgement == "three");
  // After a crash the receiver knows more than our books.
  observe(account, seen(5 * kMegabyte, 9 * kMegabyte, "nine"), kTen + seconds(3));
  CHECK(account.sent == SentBytes{9 * kMegabyte});
}

TEST_CASE("no stretch crosses a quarter of an hour") {
  Parties parties;
  auto account = account_of(order_of(parties, kTen, minutes(60)));
  const TimeMs boundary = kTen + minutes(15);
  observe(account, seen(kMegabyte, kMegabyte), boundary - DurationMs{400});
  CHECK(due(account, boundary - DurationMs{1}, false) == CutReason::none);
  CHECK(due(account, boundary, false) == CutReason::quarter_hour);
  const auto before = cut(account, kNoPath);
  REQUIRE(before);
  CHECK(before->end < boundary);
  // The first block came before the boundary, but was told after it: it counts where it was seen.
  observe(account, seen(2 * kMegabyte, kMegabyte, "", boundary - seconds(1)), boundary + DurationMs{100});
  const auto after = cut(account, kNoPath);
  REQUIRE(after);
  CHECK(after->start >= boundary);
}

TEST_CASE("seeded observations: receipts add up to the totals, in order, none across a boundary") {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    Parties parties;
    auto account = account_of(order_of(parties, kTen, minutes(60)));
    TimeMs now = kTen + seconds(random() % 3000);
    std::int64_t sent = 0, acked = 0, receipted = 0, sequence = 0;
    TimeMs last_end{};
    const auto take = [&](bool ending) {
      if (due(account, now, ending) == CutReason::none) return;
      const auto receipt = cut(account, kNoPath);
      REQUIRE(receipt);
      CHECK(receipt->id.sequence == ++sequence);
      CHECK(receipt->start <= receipt->end);
      CHECK(receipt->start >= last_end);
      CHECK(receipt->start.value / kAccountingGrain.value == receipt->end.value / kAccountingGrain.value);
      receipted += receipt->sent.value;
      CHECK(receipt->sent_total.value == receipted);
      last_end = receipt->end;
    };
    for (int step = 0; step < 100; ++step) {
      now = now + DurationMs{static_cast<std::int64_t>(random() % 20'000)};
      take(false);
      sent += static_cast<std::int64_t>(random() % 5'000'000);
      acked += static_cast<std::int64_t>(random() % static_cast<std::uint32_t>(sent - acked + 1));
      observe(account, seen(sent, acked), now);
      take(false);
    }
    take(true);
    CHECK(receipted == sent);
    CHECK(account.receipted_acked.value == acked);
  }
}

TEST_CASE("an account is remembered until its order can no longer be asked about") {
  Parties parties;
  const auto account = account_of(order_of(parties));
  CHECK(forget_after(account) == account.order.order.not_after + protocol::kClockTolerance);
}

}  // namespace waybill::receipts
