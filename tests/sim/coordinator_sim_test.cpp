// The coordinator under thousands of random events, audited after each.
#include <doctest/doctest.h>

#include "coordinator_model.h"

using namespace waybill::tracker::sim;
using waybill::protocol::Refusal;

TEST_CASE("capacity policies come, go and are kept, within the stated overshoot") {
  int tight_bytes = 0;
  int tight_rates = 0;
  std::int64_t overshoot = 0;
  std::int64_t foreseen = INT64_MIN;
  std::int64_t revoked = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Model model(seed, true);
    for (int step = 0; step < 2500; ++step) {
      model.step();
      const auto fault = model.audit();
      INFO("seed " << seed << ", step " << step);
      REQUIRE(fault == "");
    }
    tight_bytes += model.byte_policies_tight;
    tight_rates += model.rate_policies_tight;
    overshoot = std::max(overshoot, model.largest_overshoot);
    foreseen = std::max(foreseen, model.foreseen_overshoot);
    revoked += model.revoked_by_reason[static_cast<int>(Refusal::policy_limit)];
  }
  CHECK(tight_bytes > 0);
  CHECK(tight_rates > 0);
  CHECK(revoked > 0);
  MESSAGE("windows nearly used up " << tight_bytes << ", rates nearly used up " << tight_rates << ", orders revoked "
                                    << revoked << ", largest overshoot " << overshoot
                                    << " bytes, where all was foreseen " << foreseen);
}

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
