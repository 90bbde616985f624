#include "tracker/alerts/evaluation.h"

#include <doctest/doctest.h>

#include "common/runtime/random.h"
#include "tests/unit/tracker_alerts/sample_rules.h"

using namespace waybill;
using namespace waybill::tracker;
using waybill::sample::kNoon;
using waybill::sample::rule_above;

namespace {

// An alert that is shown one value a minute.
struct Watched {
  AlertRule rule;
  AlertState state = {};
  TimeMs now = kNoon;
  std::vector<AlertEvent> events = {};

  std::optional<AlertEventKind> show(std::int64_t value) {
    now = now + minutes(1);
    auto evaluation = evaluate(rule, state, {value}, now);
    state = evaluation.state;
    if (!evaluation.event) return std::nullopt;
    events.push_back(*evaluation.event);
    return evaluation.event->kind;
  }
  // For so many minutes; the kinds of events that came.
  std::vector<AlertEventKind> show_for(int times, std::int64_t value) {
    std::vector<AlertEventKind> kinds;
    for (int i = 0; i < times; ++i) {
      if (const auto kind = show(value)) kinds.push_back(*kind);
    }
    return kinds;
  }
};

constexpr auto kRaised = AlertEventKind::raised;
constexpr auto kReminded = AlertEventKind::reminded;
constexpr auto kCleared = AlertEventKind::cleared;
using Kinds = std::vector<AlertEventKind>;

}  // namespace

TEST_CASE("raised, reminded, cleared") {
  Watched alert{rule_above(100, 80, minutes(10))};
  CHECK(alert.show_for(5, 99).empty());  // a fresh alert in the band is not raised
  CHECK(alert.show(100) == kRaised);
  CHECK(alert.state.since == alert.now);
  CHECK(alert.show_for(9, 80).empty());
  CHECK(alert.show(80) == kReminded);
  CHECK(alert.show(79) == kCleared);
  CHECK(alert.show_for(50, 99).empty());
  CHECK(alert.state.episode == 1);
  CHECK(alert.events.back() == AlertEvent{kCleared, alert.events.back().at, 1, 79, 79});
}

TEST_CASE("without a repeat there are no reminders, and being raised again is told at once") {
  Watched alert{rule_above(100, 80, {})};
  CHECK(alert.show_for(500, 100) == Kinds{kRaised});
  CHECK(alert.show(0) == kCleared);
  CHECK(alert.show(100) == kRaised);
  CHECK(alert.state.episode == 2);
}

TEST_CASE("raised again soon is told only when the time between messages is over, if it still is") {
  Watched alert{rule_above(100, 80, minutes(30))};
  CHECK(alert.show(100) == kRaised);
  CHECK(alert.show(0) == kCleared);
  CHECK(alert.show_for(5, 100).empty());
  CHECK(alert.show_for(5, 0).empty());  // told to be cleared already
  CHECK(alert.show_for(17, 100).empty());
  CHECK(alert.show_for(1, 100).empty());
  CHECK(alert.show(100) == kRaised);  // 30 minutes after the first
  CHECK(alert.state.episode == 3);
}

TEST_CASE("an acknowledged alert is not repeated; clearing it is told and ends the acknowledgement") {
  Watched alert{rule_above(100, 80, minutes(10))};
  CHECK_FALSE(acknowledge(alert.state, "anna", "", alert.now));  // not raised
  alert.show(100);
  CHECK_FALSE(acknowledge(alert.state, "", "", alert.now));
  CHECK_FALSE(acknowledge(alert.state, "a\nb", "", alert.now));
  alert.state = *acknowledge(alert.state, "anna", "on it", alert.now);
  CHECK_FALSE(acknowledge(alert.state, "ben", "", alert.now));
  CHECK(alert.show_for(1'000, 500).empty());
  CHECK(alert.show(0) == kCleared);
  CHECK_FALSE(alert.state.acknowledged);
  CHECK(alert.show(100) == kRaised);
  CHECK(alert.show_for(10, 100) == Kinds{kReminded});
}

TEST_CASE("a silence keeps everything back and ends by itself") {
  Watched alert{rule_above(100, 80, minutes(10))};
  const auto until = alert.now + minutes(60);
  CHECK_FALSE(silence(alert.state, alert.now, "anna", "works", alert.now));
  CHECK_FALSE(silence(alert.state, until, "anna", "", alert.now));
  CHECK_FALSE(silence(alert.state, alert.now + hours(24 * 400), "anna", "works", alert.now));
  alert.state = *silence(alert.state, until, "anna", "works", alert.now);
  CHECK(alert.show_for(59, 100).empty());
  CHECK(alert.state.raised);
  CHECK(alert.show(100) == kRaised);  // the 60th minute: what is true when it ends
  CHECK_FALSE(alert.state.silence);

  // What came and went during a silence is not told afterwards; what ended during it is.
  alert.state = *silence(alert.state, alert.now + minutes(5), "anna", "works", alert.now);
  CHECK(alert.show_for(4, 0).empty());
  CHECK(alert.show(0) == kCleared);
  alert.state = *silence(alert.state, alert.now + minutes(5), "anna", "works", alert.now);
  CHECK(alert.show_for(2, 100).empty());
  CHECK(alert.show_for(20, 0).empty());

  // Ended by hand.
  CHECK_FALSE(end_silence(alert.state, alert.now));
  alert.state = *silence(alert.state, alert.now + hours(5), "anna", "works", alert.now);
  CHECK_FALSE(alert.show(100));
  alert.state = *end_silence(alert.state, alert.now);
  CHECK(alert.show(100) == kRaised);
}

TEST_CASE("a clock that was set back silences nothing") {
  Watched alert{rule_above(100, 80, minutes(10))};
  CHECK(alert.show(100) == kRaised);
  alert.now = alert.now - hours(24 * 365);
  CHECK(alert.show(100) == kReminded);
}

TEST_CASE("a state survives its document") {
  Watched alert{rule_above(100, 80)};
  CHECK(*parse_state(state_document(alert.state)) == alert.state);
  alert.show(100);
  alert.state = *acknowledge(alert.state, "anna", "on it", alert.now);
  alert.state = *silence(alert.state, alert.now + minutes(5), "ben", "works \"in\" SP1", alert.now);
  alert.state = with_fault(alert.state, "no ISP\nis named SP9");
  CHECK(alert.state.fault == "no ISP?is named SP9");
  CHECK(*parse_state(state_document(alert.state)) == alert.state);
  CHECK_FALSE(parse_state("{}"));
  CHECK_FALSE(parse_state(state_document(alert.state) + "}"));
  alert.show(100);
  CHECK(alert.state.fault.empty());
}

// Whatever the values do, recipients hear a story that makes sense and that is true.
TEST_CASE("properties over seeded series") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    runtime::Random random(seed);
    const auto clear_at = static_cast<std::int64_t>(1 + random.below(100));
    const auto raise_at = clear_at + static_cast<std::int64_t>(random.below(60));
    const auto repeat = minutes(static_cast<std::int64_t>(random.below(40)));
    Watched alert{rule_above(raise_at, clear_at, repeat)};
    std::int64_t value = 0;
    bool model_raised = false;  // by the plain definition of hysteresis
    bool told = false;
    TimeMs last_told{};
    int model_episodes = 0;
    for (int step = 0; step < 600; ++step) {
      value = std::max<std::int64_t>(0, value + static_cast<std::int64_t>(random.below(41)) - 20);
      if (random.below(50) == 0) value = static_cast<std::int64_t>(random.below(300));
      if (random.below(80) == 0) {
        if (auto quiet = silence(alert.state, alert.now + minutes(1 + static_cast<std::int64_t>(random.below(30))),
                                 "anna", "works", alert.now)) {
          alert.state = *quiet;
        }
      }
      if (random.below(40) == 0) {
        if (auto seen = acknowledge(alert.state, "anna", "", alert.now)) alert.state = *seen;
      }
      const auto before = alert.state;
      const auto kind = alert.show(value);
      if (value >= raise_at && !model_raised) ++model_episodes;
      model_raised = value >= raise_at || (model_raised && value >= clear_at);
      REQUIRE(alert.state.raised == model_raised);
      REQUIRE(alert.state.episode == model_episodes);
      // Nothing flaps within the band.
      if (value >= clear_at && value < raise_at) REQUIRE(alert.state.raised == before.raised);
      const bool quiet = before.silence && alert.now < before.silence->until;
      const bool seen = before.acknowledged && model_raised;
      if (kind) {
        REQUIRE_FALSE(quiet);
        if (*kind == kCleared) {
          REQUIRE(told);
          REQUIRE_FALSE(model_raised);
        } else {
          REQUIRE(model_raised);
          REQUIRE_FALSE(seen);
          REQUIRE(told == (*kind == kReminded));
          if (last_told != TimeMs{}) REQUIRE(alert.now - last_told >= repeat);
          last_told = alert.now;
        }
        told = *kind != kCleared;
      } else if (!quiet) {
        // Silence of ours is never a lie: what was told still holds, or is held back for a stated reason.
        const bool held = model_raised && (seen || (last_told != TimeMs{} && alert.now - last_told < repeat));
        const bool same = told == model_raised && (!told || repeat.value == 0 || held);
        REQUIRE((held || same));
      }
    }
  }
}
