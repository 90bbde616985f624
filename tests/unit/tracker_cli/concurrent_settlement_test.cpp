// A settlement beside a tracker that takes in receipts: its figures and its evidence are of one moment.
#include <atomic>
#include <thread>

#include <doctest/doctest.h>

#include "tests/contract/sample_books.h"
#include "tests/unit/tracker_cli/tracker_program.h"
#include "tests/unit/tracker_ingest/ingest_harness.h"

namespace waybill::tracker {
namespace {

constexpr int kMostOrders = 2000;  // a backstop; the settlements end first
constexpr int kSettlements = 12;

// One order and one receipt after the other until told to stop.
void keep_taking_in(const std::string& database, std::atomic<bool>& stop, std::atomic<int>& taken_in) {
  test::IngestUnderTest ingest(database);
  for (int number = 1; number <= kMostOrders && !stop; ++number) {
    sample::OrderPlan plan;
    plan.number = number;
    ingest.issue({plan});
    ingest.submit_one(sample::receipt_of(plan, {}));
    ++taken_in;
  }
}

TEST_CASE("every statement made while receipts come in verifies against its own evidence") {
  const TrackerProgram program;
  std::filesystem::remove(program.data() / "tracker.pem");
  REQUIRE(sample::key_of("tracker").save(program.data() / "tracker.pem").has_value());
  program.facts({"isp", "add", "SP1", "--prefix", "198.18.1.0/24"});
  program.facts({"isp", "add", "SP2", "--prefix", "198.18.2.0/24"});
  program.facts({"agreement", "add", "--isp", "SP1", "--grant", "always", "--price", "20", "--currency", "EUR",
                 "--from", "2026-01-01"});
  std::atomic<bool> stop{false};
  std::atomic<int> taken_in{0};
  std::thread writer([&] { keep_taking_in((program.data() / "tracker.db").string(), stop, taken_in); });
  int receipts = 0;
  for (int i = 0; i < kSettlements; ++i) {
    const auto file = program.file("export").string();
    const auto settled =
        program.run({"settle", "--isp", "SP1", "--period", "2026-11", "--evidence", "--format", "json", "--out", file});
    CHECK_MESSAGE(settled.status == 0, settled.err);
    const auto verified = program.run_bare({"verify", file, "--json"});
    CHECK_MESSAGE(verified.status == 0, verified.err);
    if (verified.status != 0) break;
    const int now = verified.json().at("receipts").get<int>();
    CHECK(now >= receipts);
    receipts = now;
  }
  stop = true;
  writer.join();
  CHECK(receipts <= taken_in);
  CHECK(taken_in > 0);
}

}  // namespace
}  // namespace waybill::tracker
