#include <doctest/doctest.h>

#include "tests/contract/check_refused.h"
#include "tests/contract/engines.h"
#include "tracker/store/saved_reports.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

constexpr TimeMs kNow{1'793'534'400'000};

SavedReport nightly(const std::string& name) {
  return {0, name, R"({"command":"report matrix"})", "daily 03:00", kNow, kNow + hours(3), std::nullopt};
}

}  // namespace

TEST_CASE_TEMPLATE("an answer is kept once for each time it was due, and moves the report on", Engine,
                   WAYBILL_ENGINES) {
  Engine engine;
  std::int64_t id = 0;
  const auto due = kNow + hours(3);
  {
    const auto store = contract::open(engine);
    const auto added = store->saved_reports().add(nightly("matrix"));
    REQUIRE(added);
    id = added->id;
    const auto kept =
        store->saved_reports().keep({id, due, due + minutes(1), false, R"({"ok":true})"}, due + hours(24));
    REQUIRE(kept);
    CHECK(*kept);
  }
  const auto store = contract::open(engine, StoreAccess::read_write);
  // A second tracker that was late keeps nothing.
  const auto twice = store->saved_reports().keep({id, due, due + minutes(2), true, "other"}, due + hours(48));
  REQUIRE(twice);
  CHECK_FALSE(*twice);
  const auto reports = store->saved_reports().list();
  REQUIRE(reports);
  REQUIRE(reports->size() == 1);
  CHECK((*reports)[0].next_due == due + hours(24));
  const auto answer = store->saved_reports().answer(id, due);
  REQUIRE(answer);
  REQUIRE(*answer);
  CHECK(**answer == ReportAnswer{id, due, due + minutes(1), false, R"({"ok":true})"});
  CHECK_FALSE(*store->saved_reports().answer(id, due + hours(1)));
  REQUIRE(*store->saved_reports().keep({id, due + hours(24), due + hours(24), true, "failed"}, due + hours(48)));
  const auto answers = store->saved_reports().answers(id, 10);
  REQUIRE(answers);
  REQUIRE(answers->size() == 2);
  CHECK((*answers)[0].due == due + hours(24));
  CHECK((*answers)[0].failed);
  CHECK(store->saved_reports().answers(id, 1)->size() == 1);
  // An ended report keeps what it has and gets no more; its name is free.
  REQUIRE(store->saved_reports().end(id, due + hours(30)));
  CHECK_FALSE(*store->saved_reports().keep({id, due + hours(48), due + hours(48), false, ""}, due + hours(72)));
  CHECK(store->saved_reports().answers(id, 10)->size() == 2);
  CHECK(store->saved_reports().add(nightly("matrix")));
}

TEST_CASE_TEMPLATE("what saved reports refuse changes nothing", Engine, WAYBILL_ENGINES) {
  Engine engine;
  const auto store = contract::open(engine);
  auto& reports = store->saved_reports();
  const auto added = reports.add(nightly("matrix"));
  REQUIRE(added);
  const auto ended = reports.add(nightly("ended"));
  REQUIRE(ended);
  REQUIRE(reports.end(ended->id, kNow));
  const auto before = engine.dump();
  const auto refused = [&](const auto& outcome, const char* part) {
    contract::check_refused(engine, before, outcome, part);
  };
  refused(reports.add(nightly("matrix")), "named matrix already");
  refused(reports.end(ended->id + 1, kNow), "no saved report");
  refused(reports.end(ended->id, kNow), "ended already");
  refused(reports.keep({ended->id + 1, kNow, kNow, false, ""}, kNow), "no saved report");
  refused(reports.keep({added->id, kNow, kNow, false, std::string(kMaxReportAnswerBytes + 1, 'x')}, kNow),
          "more than are kept");
}
