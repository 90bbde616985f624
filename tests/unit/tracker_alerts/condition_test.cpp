#include "tracker/alerts/condition.h"

#include <limits>

#include <doctest/doctest.h>

#include "tests/unit/tracker_alerts/sample_rules.h"

using namespace waybill;
using namespace waybill::tracker;
using waybill::sample::kNoon;

namespace {

Condition make(ConditionKind kind, std::int64_t raise_at, std::int64_t clear_at) {
  Condition condition;
  condition.kind = kind;
  condition.window.length = hours(1);
  condition.raise_at = raise_at;
  condition.clear_at = clear_at;
  if (kind == ConditionKind::nearing) condition.threshold = 1'000;
  return condition;
}

void check_refused(const Status& status, const std::string& part) {
  REQUIRE_FALSE(status);
  CHECK_MESSAGE(status.error().message.find(part) != std::string::npos, status.error().message);
}

constexpr auto kMax = std::numeric_limits<std::int64_t>::max();

}  // namespace

TEST_CASE("conditions that could not work are refused") {
  CHECK(check_condition(make(ConditionKind::above, 100, 80)));
  CHECK(check_condition(make(ConditionKind::above, 100, 100)));
  CHECK(check_condition(make(ConditionKind::below, 0, 10)));
  check_refused(check_condition(make(ConditionKind::above, 100, 101)), "at or below");
  check_refused(check_condition(make(ConditionKind::above, 0, 0)), "always reached");
  check_refused(check_condition(make(ConditionKind::above, 10, 0)), "never clear");
  check_refused(check_condition(make(ConditionKind::below, 100, 99)), "at or above");
  check_refused(check_condition(make(ConditionKind::below, -1, 99)), "negative");
  check_refused(check_condition(make(ConditionKind::fall, 10'001, 10)), "100 %");
  check_refused(check_condition(make(ConditionKind::rise, kMax, 10)), "1000000 %");
  auto nearing = make(ConditionKind::nearing, 8'000, 7'000);
  CHECK(check_condition(nearing));
  nearing.threshold = 0;
  check_refused(check_condition(nearing), "threshold");
  auto above = make(ConditionKind::above, 100, 80);
  above.at_least = 5;
  check_refused(check_condition(above), "--at-least");
  above = make(ConditionKind::above, 100, 80);
  above.window.length = minutes(20);
  check_refused(check_condition(above), "quarters");
  above.window.length = hours(24 * 367);
  check_refused(check_condition(above), "between");
  auto rise = make(ConditionKind::rise, 100, 80);
  rise.window.length = hours(24 * 184);
  check_refused(check_condition(rise), "183 days");
  auto below = make(ConditionKind::below, 100, 200);
  below.window.kind = AlertWindowKind::month;
  check_refused(check_condition(below), "just begun");
  above = make(ConditionKind::above, 100, 80);
  above.window.kind = AlertWindowKind::day;
  above.window.timezone = "Europe/Atlantis";
  check_refused(check_condition(above), "Atlantis");
}

TEST_CASE("windows lie on quarters of an hour") {
  const auto now = kNoon + minutes(7);
  const auto above = *windows_at(make(ConditionKind::above, 2, 1), now);
  REQUIRE(above.size() == 1);
  CHECK(above[0] == TimeWindow{kNoon - minutes(45), kNoon + minutes(15)});  // the running quarter too
  const auto below = *windows_at(make(ConditionKind::below, 1, 2), now);
  CHECK(below[0] == TimeWindow{kNoon - minutes(60), kNoon});
  // What has just ended may still get late receipts.
  CHECK(windows_at(make(ConditionKind::below, 1, 2), kNoon + minutes(4))->front().until == kNoon - minutes(15));
  const auto fall = *windows_at(make(ConditionKind::fall, 2, 1), now);
  REQUIRE(fall.size() == 2);
  CHECK(fall[0] == TimeWindow{kNoon - minutes(60), kNoon});
  CHECK(fall[1] == TimeWindow{kNoon - minutes(120), kNoon - minutes(60)});
}

TEST_CASE("calendar windows follow the time zone, clock changes included") {
  auto condition = make(ConditionKind::nearing, 8'000, 7'000);
  condition.window = *parse_alert_window("day", "Europe/Berlin");
  // 2026-10-25 has 25 hours there: from 22:00Z on the day before to 23:00Z.
  const auto day = windows_at(condition, *parse_time("2026-10-25T12:00Z", {}, "UTC"))->front();
  CHECK(format_time(day.from) == "2026-10-24T22:00:00Z");
  CHECK(format_time(day.until) == "2026-10-25T23:00:00Z");
  condition.window = *parse_alert_window("month", "Asia/Kathmandu");
  const auto month = windows_at(condition, *parse_time("2026-10-31T18:15Z", {}, "UTC"))->front();
  CHECK(format_time(month.from) == "2026-10-31T18:15:00Z");  // midnight at +05:45
}

TEST_CASE("levels, up to the limits of 63 bits") {
  CHECK(level_of(make(ConditionKind::above, 2, 1), {kMax}) == kMax);
  const auto rise = make(ConditionKind::rise, 2, 1);
  CHECK(level_of(rise, {150, 100}) == 5'000);
  CHECK(level_of(rise, {50, 100}) == -5'000);
  CHECK(level_of(rise, {0, 0}) == 0);
  CHECK(level_of(rise, {1, 0}) == kMaxLevelPercent);
  CHECK(level_of(rise, {kMax, 1}) == kMaxLevelPercent);
  CHECK(level_of(make(ConditionKind::fall, 2, 1), {0, kMax}) == 10'000);
  CHECK(level_of(make(ConditionKind::fall, 2, 1), {25, 100}) == 7'500);
  auto floor = rise;
  floor.at_least = 1'000;
  CHECK(level_of(floor, {999, 1}) == 0);
  CHECK(level_of(floor, {1'000, 500}) == 10'000);
  CHECK(level_of(make(ConditionKind::nearing, 8'000, 7'000), {805}) == 8'050);
  auto huge = make(ConditionKind::nearing, 8'000, 7'000);
  huge.threshold = kMax;
  CHECK(level_of(huge, {kMax}) == 10'000);
}

TEST_CASE("the band keeps its edges apart") {
  const auto above = make(ConditionKind::above, 100, 80);
  CHECK(side_of(above, 100) == Side::alarming);
  CHECK(side_of(above, 99) == Side::band);
  CHECK(side_of(above, 80) == Side::band);
  CHECK(side_of(above, 79) == Side::safe);
  const auto below = make(ConditionKind::below, 10, 20);
  CHECK(side_of(below, 10) == Side::alarming);
  CHECK(side_of(below, 11) == Side::band);
  CHECK(side_of(below, 20) == Side::band);
  CHECK(side_of(below, 21) == Side::safe);
  CHECK(side_of(make(ConditionKind::above, 100, 100), 99) == Side::safe);  // no band
}

TEST_CASE("percentages and spans as people write them") {
  CHECK(*parse_percent("80") == 8'000);
  CHECK(*parse_percent("12.5%") == 1'250);
  CHECK(*parse_percent("0.25") == 25);
  CHECK(*parse_percent("1000000") == kMaxLevelPercent);
  for (const auto* bad : {"", "%", ".", "5.", ".5", "-1", "1.234", "1e3", "1000001", "99999999999999999999", "1.2.3"}) {
    CHECK_MESSAGE(!parse_percent(bad), bad);
  }
  CHECK(*parse_span("15m", hours(1)) == minutes(15));
  CHECK(*parse_span("7d", kMaxAlertWindow) == hours(168));
  for (const auto* bad : {"", "m", "0m", "-5m", "5", "5x", "1.5h", "99999999999999999999d", "61m"}) {
    CHECK_MESSAGE(!parse_span(bad, hours(1)), bad);
  }
  CHECK(span_text(hours(48)) == "2d");
  CHECK(span_text(minutes(90)) == "90m");
  CHECK(condition_words(make(ConditionKind::nearing, 8'050, 7'000), Measured::receipts) ==
        "at 80.50 % of 1 000 receipts in 1h; clears below 70 %");
}

TEST_CASE("a rule survives its document, and other documents are refused") {
  auto rule = sample::rule_above(100, 80);
  CHECK(*parse_rule(rule_document(rule)) == rule);
  rule.condition = make(ConditionKind::nearing, 8'000, 7'000);
  rule.condition.window = *parse_alert_window("month", "Europe/Berlin");
  rule.severity = Severity::critical;
  CHECK(*parse_rule(rule_document(rule)) == rule);
  rule.condition = make(ConditionKind::rise, 8'000, 7'000);
  rule.condition.at_least = 77;
  CHECK(*parse_rule(rule_document(rule)) == rule);

  const auto text = rule_document(rule);
  const auto replaced = [&](const std::string& from, const std::string& to) {
    auto changed = text;
    changed.replace(changed.find(from), from.size(), to);
    return parse_rule(changed);
  };
  CHECK_FALSE(replaced("\"rule\"", "\"\""));
  CHECK_FALSE(replaced("\"rise\"", "\"raise\""));
  CHECK_FALSE(replaced("8000", "\"8000\""));
  CHECK_FALSE(replaced("7000", "9000"));
  CHECK_FALSE(replaced("\"severity\"", "\"gravity\""));
  CHECK_FALSE(replaced("1h", "1x"));
  CHECK_FALSE(replaced("\"repeat_ms\":1800000", "\"repeat_ms\":-1"));
  CHECK_FALSE(parse_rule(""));
}
