// The coordinator under thousands of random events, audited after each.
#include <doctest/doctest.h>

#include "coordinator_model.h"

using namespace waybill::tracker::sim;
using waybill::protocol::Refusal;

TEST_CASE("the promises hold after every event, whatever happens") {
  std::int64_t billed = 0;
  std::int64_t done = 0;
  int tight = 0;
  std::map<int, std::int64_t> reasons;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Model model(seed);
    REQUIRE(model.audit() == "");
    for (int step = 0; step < 2500; ++step) {
      model.step();
      const auto fault = model.audit();
      INFO("seed " << seed << ", step " << step);
      REQUIRE(fault == "");
    }
    CHECK(model.issued > 100);
    billed += model.billed_total;
    done += model.wants_done;
    tight += model.tight_quotas();
    for (const auto& [reason, count] : model.revoked_by_reason) reasons[reason] += count;
  }
  // The runs must have come across what they are to test.
  CHECK(billed > 0);
  CHECK(done > 100);
  CHECK(tight > 0);
  for (const auto reason :
       {Refusal::sharing_off, Refusal::upload_cap_reached, Refusal::content_removed, Refusal::source_stalled,
        Refusal::grant_ended, Refusal::request_ended, Refusal::source_gone, Refusal::replaced_by_newer_connection}) {
    INFO("reason " << static_cast<int>(reason));
    CHECK(reasons[static_cast<int>(reason)] > 0);
  }
  MESSAGE("downloads done " << done << ", billable bytes " << billed << ", quotas nearly used up " << tight);
}
