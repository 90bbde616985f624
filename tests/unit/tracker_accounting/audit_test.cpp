// The auditor is only worth something if it finds what is wrong: each test spoils one thing behind the store's back.
#include "tracker/accounting/audit.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include "tests/contract/engines.h"
#include "tests/contract/sample_books.h"
#include "tracker/accounting/tally.h"
#include "tracker/paths/path_resolver.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

const AuditOptions kWithSignatures{sample::key_of("tracker").public_key()};

// One order with two receipts, in books that are as they should be.
struct Books {
  contract::SqliteEngine engine;
  std::unique_ptr<Store> store = contract::open(engine);
  sample::OrderPlan plan;

  Books() {
    REQUIRE(store->evidence().add_orders({sample::issue(plan)}));
    add(1, 1'000'000, plan);
    add(2, 1'500'000, plan);
  }
  void add(std::int64_t sequence, std::int64_t total, const sample::OrderPlan& signed_for) {
    sample::ReceiptPlan receipt;
    receipt.sequence = sequence;
    receipt.sent = receipt.sent_total - (sequence == 1 ? 0 : 500'000);
    receipt.sent_total = total;
    receipt.acked_total = total;
    receipt.acked_pieces = sequence;
    const std::int64_t acked = sequence == 1 ? total : 500'000;
    receipt.sent = acked;
    const NewReceipt row{{sample::order_id(1), sequence},
                         receipt.start,
                         receipt.end,
                         AckedBytes{acked},
                         SentBytes{acked},
                         sample::kNoon,
                         sample::receipt_of(signed_for, receipt),
                         path_to_record(resolve(sample::path_between(plan.source_isp, plan.destination_isp, 1),
                                                plan.source_isp, plan.destination_isp, *sample::tables()))};
    Tally tally;
    tally.add(facts_of(sample::issue(plan)), receipt.end, {acked}, {acked});
    REQUIRE(store->transact([&]() -> Status {
      REQUIRE(store->evidence().add_receipts({row},
                                             {{sample::order_id(1), sequence, sequence, {total}, {total}, sequence}}));
      return store->accounts().add(tally.changes());
    }));
  }
  void spoil(const std::string& sql) {
    SQLite::Database database(engine.where(), SQLite::OPEN_READWRITE, 10'000);
    REQUIRE(database.exec(sql) > 0);
  }
  std::string first_fault(const AuditOptions& options = {}) {
    const auto report = audit(*store, options);
    REQUIRE(report);
    return report->sound() ? "none" : report->faults.front();
  }
  void check_fault(const std::string& part, const AuditOptions& options = {}) {
    const auto fault = first_fault(options);
    CHECK_MESSAGE(fault.find(part) != std::string::npos, fault);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Books, "sound books") {
  const auto report = audit(*store, kWithSignatures);
  REQUIRE(report);
  CHECK(report->sound());
  CHECK(report->orders == 1);
  CHECK(report->receipts == 2);
  CHECK(report->acked == AckedBytes{1'500'000});
  CHECK(report->sent == SentBytes{1'500'000});
}

TEST_CASE_FIXTURE(Books, "a counter that is one byte too high") {
  spoil("UPDATE account_counters SET acked = acked + 1 WHERE object_id = 1");
  check_fault("in the books");
}

TEST_CASE_FIXTURE(Books, "a counter that is missing") {
  spoil("DELETE FROM account_counters WHERE object_id = 2");
  check_fault("owner MovieStudio");
}

TEST_CASE_FIXTURE(Books, "a counter without evidence") {
  spoil("INSERT INTO account_counters VALUES(1, 5, 10, 10, 1)");
  check_fault("without evidence");
}

TEST_CASE_FIXTURE(Books, "a day, a month and a quarter of a month's days that differ from the quarters") {
  for (const char* grain : {"3", "4", "5"}) {
    spoil(std::string("UPDATE account_spans SET sent = sent + 1 WHERE object_id = 1 AND grain = ") + grain);
    check_fault("in the books");
    spoil(std::string("UPDATE account_spans SET sent = sent - 1 WHERE object_id = 1 AND grain = ") + grain);
    CHECK(first_fault() == "none");
  }
  spoil("DELETE FROM account_spans WHERE object_id = 3 AND grain = 4");
  check_fault("month 682: 0 acknowledged, 0 sent, 0 receipts in the books, 1500000 acknowledged");
}

TEST_CASE_FIXTURE(Books, "counters of components that differ") {
  for (const char* grain : {"1", "3", "4"}) {
    spoil(std::string("UPDATE component_counters SET acked = acked - 1 WHERE grain = ") + grain);
    check_fault("component inter-isp-link:SP1>SP2 isp 1>2");
    spoil(std::string("UPDATE component_counters SET acked = acked + 1 WHERE grain = ") + grain);
    CHECK(first_fault() == "none");
  }
  spoil("DELETE FROM component_counters WHERE object_id = (SELECT id FROM component_objects WHERE class = 1)");
  check_fault("owner MovieStudio class 1");
}

TEST_CASE_FIXTURE(Books, "counters of uplinks that differ") {
  spoil("UPDATE uplink_counters SET five_minutes = five_minutes + 1");
  check_fault("uplinks of isp 1 agreement 1 off-net owner MovieStudio");
}

TEST_CASE_FIXTURE(Books, "a receipt that counts twice") {
  spoil("UPDATE receipts SET acked = acked * 2 WHERE sequence = 2");
  check_fault("its evidence says");
}

TEST_CASE_FIXTURE(Books, "a receipt that was lost") {
  spoil("DELETE FROM receipts WHERE sequence = 1");
  check_fault("its evidence says");
}

TEST_CASE_FIXTURE(Books, "the totals of an order that differ") {
  spoil("UPDATE order_states SET acked_total = acked_total - 1");
  check_fault("its totals differ");
}

TEST_CASE_FIXTURE(Books, "totals without a receipt, and receipts without totals") {
  spoil("DELETE FROM order_states");
  check_fault("no totals");
  spoil("DELETE FROM receipts");
  spoil("INSERT INTO order_states SELECT id, 1, 1, 0, 0, 0 FROM orders");
  check_fault("no receipt");
}

TEST_CASE_FIXTURE(Books, "evidence that was signed by somebody else is found with the tracker's key") {
  auto forged = plan;
  forged.sender = "mallory";
  add(3, 2'000'000, forged);
  CHECK(first_fault() == "none");
  check_fault("not signed by its order's sender", kWithSignatures);
}

TEST_CASE_FIXTURE(Books, "orders of another tracker") {
  check_fault("", {sample::key_of("another tracker").public_key()});
  CHECK(first_fault({sample::key_of("another tracker").public_key()}) != "none");
}
