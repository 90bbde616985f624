// Each kind of bad receipt: its own refusal, counted, and nothing else changed.
#include <doctest/doctest.h>

#include "common/protocol/bencode.h"
#include "common/protocol/limits.h"
#include "tests/unit/tracker_ingest/ingest_harness.h"

using namespace waybill;
using namespace waybill::tracker;
using protocol::ReceiptStatus;
using test::IngestUnderTest;

namespace {

// Order 1, of alice to bob, has one recorded receipt of a megabyte; order 2, of bob to carol, has none.
struct Books {
  contract::SqliteEngine engine;
  IngestUnderTest ingest{engine.where()};
  sample::OrderPlan first, second;
  sample::ReceiptPlan next;  // good, if nothing is changed
  ByteString recorded;

  Books() {
    second.number = 2;
    second.sender = "bob";
    second.receiver = "carol";
    second.source_isp = sample::kSp2;
    ingest.issue({first, second});
    recorded = sample::receipt_of(first, {});
    REQUIRE(ingest.submit_one(recorded) == ReceiptStatus::recorded);
    next.sequence = 2;
    next.sent_total = 2'000'000;
    next.acked_total = 2'000'000;
    next.acked_pieces = 2;
    next.start = sample::kNoon + seconds(10);
    next.end = sample::kNoon + seconds(20);
  }

  void check_refused(const ByteString& envelope, ReceiptStatus expected, IspId counted_for = sample::kSp1) {
    const auto before = engine.dump();
    const auto added = ingest.acknowledged().size();
    const auto status = ingest.submit_one(envelope);
    CHECK_MESSAGE(status == expected, protocol::name_of(status));
    CHECK(engine.dump() == before);
    CHECK(ingest.acknowledged().size() == added);
    ingest.on_store([&](Store& store) {
      const auto counts = *store.evidence().refusals({});
      REQUIRE(counts.size() == 1);
      CHECK(counts[0].status == expected);
      CHECK(counts[0].source_isp == counted_for);
      CHECK(counts[0].count == 1);
      CHECK(store.evidence().refusal_examples({})->at(0).envelope == envelope.substr(0, protocol::kMaxReceiptBytes));
    });
    CHECK(ingest.audited().sound());
    // What is good is still taken.
    CHECK(ingest.submit_one(sample::receipt_of(first, next)) == ReceiptStatus::recorded);
  }
  void check_refused(const sample::ReceiptPlan& plan, ReceiptStatus expected) {
    check_refused(sample::receipt_of(first, plan), expected);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Books, "replayed: it exists, and is not counted again") {
  const auto before = engine.dump();
  CHECK(ingest.submit_one(recorded) == ReceiptStatus::exists);
  CHECK(engine.dump() == before);
}

TEST_CASE_FIXTURE(Books, "malformed") { check_refused(ByteString("d1:bi1ee"), ReceiptStatus::malformed, IspId{}); }

TEST_CASE_FIXTURE(Books, "torn in the middle") {
  const auto whole = sample::receipt_of(first, next);
  check_refused(whole.substr(0, whole.size() / 2), ReceiptStatus::malformed, IspId{});
}

TEST_CASE_FIXTURE(Books, "oversized") {
  check_refused(ByteString(protocol::kMaxReceiptBytes + 1, 'x'), ReceiptStatus::too_large, IspId{});
}

TEST_CASE_FIXTURE(Books, "of an order that was never issued") {
  auto unknown = first;
  unknown.number = 99;
  check_refused(sample::receipt_of(unknown, next), ReceiptStatus::unknown_order, IspId{});
}

TEST_CASE_FIXTURE(Books, "forged: signed by another key than the sender's") {
  auto forged = next;
  forged.signed_by = "mallory";
  check_refused(forged, ReceiptStatus::receipt_signature_invalid);
}

TEST_CASE_FIXTURE(Books, "forged: signed by the receiver, who is no sender of this order") {
  auto forged = next;
  forged.signed_by = "bob";
  check_refused(forged, ReceiptStatus::receipt_signature_invalid);
}

TEST_CASE_FIXTURE(Books, "forged: one byte of the signed payload changed") {
  auto envelope = *protocol::Envelope::decode(sample::receipt_of(first, next), protocol::kMaxReceiptBytes);
  const auto at = envelope.payload.find("2000000");
  REQUIRE(at != ByteString::npos);
  envelope.payload[at] = '9';
  check_refused(envelope.encode(), ReceiptStatus::receipt_signature_invalid);
}

TEST_CASE_FIXTURE(Books, "forged under a recorded id: forged is what is said") {
  sample::ReceiptPlan again;
  again.signed_by = "mallory";
  check_refused(again, ReceiptStatus::receipt_signature_invalid);
}

TEST_CASE_FIXTURE(Books, "for another's order: a sender claims an order of somebody else") {
  auto claimed = next;
  claimed.sequence = 1;
  claimed.signed_by = "alice";
  claimed.acked_by = "carol";
  check_refused(sample::receipt_of(second, claimed), ReceiptStatus::receipt_signature_invalid, sample::kSp2);
}

TEST_CASE_FIXTURE(Books, "the same id with other bytes") {
  sample::ReceiptPlan other;
  other.acked_total = 900'000;
  check_refused(other, ReceiptStatus::exists_with_different_content);
}

TEST_CASE_FIXTURE(Books, "with an acknowledgement that cannot be read") {
  auto bad = next;
  bad.acknowledgement = "not an envelope";
  check_refused(bad, ReceiptStatus::acknowledgement_malformed);
}

TEST_CASE_FIXTURE(Books, "with the acknowledgement of another order") {
  auto bad = next;
  bad.acked_order = 2;
  check_refused(bad, ReceiptStatus::acknowledgement_for_another_order);
}

TEST_CASE_FIXTURE(Books, "with an acknowledgement from a third key") {
  auto bad = next;
  bad.acked_by = "mallory";
  check_refused(bad, ReceiptStatus::acknowledgement_signature_invalid);
}

TEST_CASE_FIXTURE(Books, "with an acknowledgement that the sender signed itself") {
  auto bad = next;
  bad.acked_by = "alice";
  check_refused(bad, ReceiptStatus::acknowledgement_signature_invalid);
}

TEST_CASE_FIXTURE(Books, "outside the window: before") {
  auto bad = next;
  bad.start = sample::kNoon - protocol::kClockTolerance - DurationMs{1};
  check_refused(bad, ReceiptStatus::outside_window);
}

TEST_CASE_FIXTURE(Books, "outside the window: after") {
  auto bad = next;
  bad.end = first.not_after + protocol::kClockTolerance + DurationMs{1};
  bad.acked_at = sample::kNoon;
  check_refused(bad, ReceiptStatus::outside_window);
}

TEST_CASE_FIXTURE(Books, "outside the window: its acknowledgement") {
  auto bad = next;
  bad.acked_at = first.not_after + protocol::kClockTolerance + DurationMs{1};
  check_refused(bad, ReceiptStatus::outside_window);
}

TEST_CASE_FIXTURE(Books, "over the byte limit: acknowledged") {
  auto bad = next;
  bad.acked_total = first.byte_limit + 1;
  check_refused(bad, ReceiptStatus::over_byte_limit);
}

TEST_CASE_FIXTURE(Books, "over the byte limit: sent") {
  auto bad = next;
  bad.sent_total = first.byte_limit + 1;
  check_refused(bad, ReceiptStatus::over_byte_limit);
}

TEST_CASE_FIXTURE(Books, "more pieces than its order holds") {
  auto bad = next;
  bad.acked_pieces = first.pieces + 1;
  check_refused(bad, ReceiptStatus::outside_pieces);
}

TEST_CASE_FIXTURE(Books, "falling totals: acknowledged bytes") {
  auto bad = next;
  bad.acked_total = 999'999;
  check_refused(bad, ReceiptStatus::totals_fall);
}

TEST_CASE_FIXTURE(Books, "falling totals: pieces") {
  auto bad = next;
  bad.acked_pieces = 0;
  check_refused(bad, ReceiptStatus::totals_fall);
}

TEST_CASE_FIXTURE(Books, "falling totals: sent bytes") {
  auto bad = next;
  bad.sent_total = 1'999'999;  // less than what was recorded and what it says it sent since
  check_refused(bad, ReceiptStatus::totals_fall);
}

TEST_CASE("a sequence below a recorded one") {
  Books books;
  auto later = books.next;
  later.sequence = 5;
  REQUIRE(books.ingest.submit_one(sample::receipt_of(books.first, later)) == ReceiptStatus::recorded);
  books.next.sequence = 6;
  books.next.sent_total = 3'000'000;
  auto missed = later;
  missed.sequence = 3;
  books.check_refused(missed, ReceiptStatus::sequence_superseded);
}

TEST_CASE_FIXTURE(Books, "where several faults apply, the lowest status is said") {
  auto bad = next;
  bad.acked_total = first.byte_limit + 1;
  bad.end = first.not_after + hours(1);
  bad.acked_pieces = first.pieces + 1;
  bad.acked_by = "mallory";
  check_refused(bad, ReceiptStatus::acknowledgement_signature_invalid);
}

TEST_CASE_FIXTURE(Books, "the good ones of a batch are recorded, whatever is between them") {
  auto bad = next;
  bad.sequence = 3;
  bad.acked_total = 1;
  auto third = next;
  third.sequence = 4;
  third.sent_total = 3'000'000;
  third.acked_total = 2'500'000;
  CHECK(ingest.submit({sample::receipt_of(first, next), "garbage", sample::receipt_of(first, bad),
                       sample::receipt_of(first, third)}) ==
        std::vector{ReceiptStatus::recorded, ReceiptStatus::malformed, ReceiptStatus::totals_fall,
                    ReceiptStatus::recorded});
  const auto report = ingest.audited();
  CHECK(report.sound());
  CHECK(report.acked == AckedBytes{2'500'000});
}

TEST_CASE_FIXTURE(Books, "batches that are torn, oversized, or hold too many are refused whole") {
  const auto before = engine.dump();
  const auto good = protocol::encode_receipt_batch({sample::receipt_of(first, next)});
  const auto refused = [&](const ByteString& body, BatchOutcome expected) {
    const auto answer = ingest.submit_body(body);
    CHECK(answer.outcome == expected);
    CHECK_FALSE(answer.body.empty());
  };
  refused(good.substr(0, good.size() - 1), BatchOutcome::malformed);
  refused(good + "x", BatchOutcome::malformed);
  refused("", BatchOutcome::malformed);
  refused("le", BatchOutcome::malformed);
  refused(ByteString(protocol::kMaxBatchBytes + 1, 'd'), BatchOutcome::too_large);
  refused(protocol::encode_receipt_batch(std::vector<ByteString>(protocol::kMaxReceiptsPerBatch + 1,
                                                                 sample::receipt_of(first, next).substr(0, 9))),
          BatchOutcome::malformed);
  CHECK(engine.dump() == before);
  ingest.on_store([](Store& store) { CHECK(store.evidence().refusals({})->empty()); });
  CHECK(ingest.submit_body(good).outcome == BatchOutcome::answered);
}
