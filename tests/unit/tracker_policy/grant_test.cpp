// The rules of a grant: kinds, agreements' ends, hours in the ISP's zone over changes of the clocks, quotas.
#include "tracker/policy/grant.h"

#include <chrono>

#include <date/date.h>
#include <doctest/doctest.h>

using namespace waybill;
using namespace waybill::tracker;
using protocol::Refusal;

namespace {

TimeMs utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
  const auto days = date::sys_days{date::year{year} / date::month{month} / date::day{day}};
  return TimeMs{std::int64_t{days.time_since_epoch().count()} * 86'400'000} + hours(hour) + minutes(minute);
}

Isp isp_in(std::string zone) { return {IspId{2}, "SP2", {}, std::move(zone), {}}; }

Agreement agreement(Grant grant) { return {AgreementId{3}, IspId{2}, utc(2026, 1, 1), std::nullopt, grant, {}}; }

Agreement during(int from, int to) { return agreement({GrantKind::hours, from, to, {}, QuotaPeriod::month}); }

Agreement quota(std::int64_t bytes, QuotaPeriod period) {
  return agreement({GrantKind::always, 0, 0, ByteCount{bytes}, period});
}

GrantDecision decide(const Isp& isp, const Agreement* agreement, ByteCount used, TimeMs now) {
  if (!agreement) return grant_at(isp, nullptr, {}, now);
  const auto terms = terms_of(*agreement, isp);
  return grant_at(isp, &terms, {used, used}, now);
}

IspAgreement granting(GrantTerms grant) {
  auto terms = terms_of(agreement({GrantKind::always, 0, 0, {}, QuotaPeriod::month}), isp_in("Europe/Berlin"));
  terms.grant = std::move(grant);
  return terms;
}

}  // namespace

TEST_CASE("without an agreement in force nothing is granted") {
  const auto isp = isp_in("UTC");
  auto decision = decide(isp, nullptr, {}, utc(2026, 11, 5));
  CHECK_FALSE(decision.allowed);
  CHECK(decision.refusal == Refusal::grant_ended);
  CHECK(decision.reason == "ISP SP2 has no agreement in force");

  auto always = agreement({GrantKind::always, 0, 0, {}, QuotaPeriod::month});
  CHECK(decide(isp, &always, {}, utc(2026, 1, 1)).allowed);
  CHECK_FALSE(decide(isp, &always, {}, utc(2026, 1, 1) - DurationMs{1}).allowed);
  always.valid_until = utc(2026, 6, 1);
  CHECK(decide(isp, &always, {}, utc(2026, 6, 1) - DurationMs{1}).until == utc(2026, 6, 1));
  CHECK_FALSE(decide(isp, &always, {}, utc(2026, 6, 1)).allowed);
}

TEST_CASE("always has no end, none never begins") {
  const auto isp = isp_in("Europe/Berlin");
  const auto always = agreement({GrantKind::always, 0, 0, {}, QuotaPeriod::month});
  const auto decision = decide(isp, &always, ByteCount{1} /* no quota: does not matter */, utc(2026, 5, 5));
  CHECK(decision.allowed);
  CHECK_FALSE(decision.until);
  CHECK_FALSE(decision.quota_left);
  const auto none = agreement({});
  CHECK_FALSE(decide(isp, &none, {}, utc(2026, 5, 5)).allowed);
  CHECK(decide(isp, &none, {}, utc(2026, 5, 5)).reason == "ISP SP2 grants nothing");
}

TEST_CASE("hours are those of the ISP's wall clock") {
  const auto isp = isp_in("Europe/Berlin");
  const auto evening = during(18 * 60, 1440);
  // Winter: UTC+1. 18:00 there is 17:00 UTC.
  auto decision = decide(isp, &evening, {}, utc(2026, 11, 5, 16, 59));
  CHECK_FALSE(decision.allowed);
  CHECK(decision.reason == "ISP SP2 grants 18:00–24:00 only");
  CHECK(decision.until == utc(2026, 11, 5, 17));
  decision = decide(isp, &evening, {}, utc(2026, 11, 5, 17));
  CHECK(decision.allowed);
  CHECK(decision.until == utc(2026, 11, 5, 23));
  CHECK_FALSE(decide(isp, &evening, {}, utc(2026, 11, 5, 23)).allowed);
  // Summer: UTC+2.
  CHECK(decide(isp, &evening, {}, utc(2026, 7, 5, 16)).allowed);
  CHECK_FALSE(decide(isp, &evening, {}, utc(2026, 7, 5, 22)).allowed);
  CHECK(hours_text(terms_of(during(1080, 0), isp).grant.hours) == "18:00–24:00");
}

TEST_CASE("hours wrap past midnight") {
  const auto isp = isp_in("Asia/Kolkata");  // UTC+5:30
  const auto night = during(22 * 60, 6 * 60);
  CHECK(decide(isp, &night, {}, utc(2026, 3, 1, 17)).allowed);  // 22:30
  CHECK(decide(isp, &night, {}, utc(2026, 3, 1, 17)).until == utc(2026, 3, 2, 0, 30));
  CHECK(decide(isp, &night, {}, utc(2026, 3, 1, 20)).allowed);           // 01:30
  CHECK_FALSE(decide(isp, &night, {}, utc(2026, 3, 1, 0, 30)).allowed);  // 06:00
  CHECK(decide(isp, &night, {}, utc(2026, 3, 1, 0, 30)).until == utc(2026, 3, 1, 16, 30));
  const auto whole = during(600, 600);
  CHECK(decide(isp, &whole, {}, utc(2026, 3, 1, 4, 29)).allowed);
  CHECK(decide(isp, &whole, {}, utc(2026, 3, 1, 4, 30)).allowed);
}

TEST_CASE("clocks that go forward skip granted hours") {
  const auto isp = isp_in("Europe/Berlin");  // 2026-03-29 at 01:00 UTC: 02:00 becomes 03:00
  const auto early = during(60, 150);        // 01:00–02:30
  auto decision = decide(isp, &early, {}, utc(2026, 3, 29, 0, 30));
  CHECK(decision.allowed);
  CHECK(decision.until == utc(2026, 3, 29, 1));  // the clocks show 03:00 then
  CHECK_FALSE(decide(isp, &early, {}, utc(2026, 3, 29, 1)).allowed);
  const auto skipped = during(120, 180);  // 02:00–03:00 does not happen that day
  decision = decide(isp, &skipped, {}, utc(2026, 3, 29, 0, 59));
  CHECK_FALSE(decision.allowed);
  CHECK(decision.until == utc(2026, 3, 30, 0));
}

TEST_CASE("clocks that go back repeat granted hours") {
  const auto isp = isp_in("Europe/Berlin");  // 2026-10-25 at 01:00 UTC: 03:00 becomes 02:00
  const auto early = during(60, 150);        // 01:00–02:30 in summer time: 23:00–00:30 UTC; again 02:00–02:30
  auto decision = decide(isp, &early, {}, utc(2026, 10, 24, 23, 15));
  CHECK(decision.until == utc(2026, 10, 25, 0, 30));
  decision = decide(isp, &early, {}, utc(2026, 10, 25, 0, 45));
  CHECK_FALSE(decision.allowed);
  CHECK(decision.until == utc(2026, 10, 25, 1));
  decision = decide(isp, &early, {}, utc(2026, 10, 25, 1));
  CHECK(decision.allowed);
  CHECK(decision.until == utc(2026, 10, 25, 1, 30));
}

TEST_CASE("what is said of hours holds minute by minute, through both changes of the clocks") {
  for (const auto* zone : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"}) {
    const auto isp = isp_in(zone);
    for (const auto& window : {during(60, 150), during(1320, 180), during(0, 1), during(1439, 1440)}) {
      for (const auto start : {utc(2026, 3, 28), utc(2026, 10, 24), utc(2026, 3, 7), utc(2026, 4, 4)}) {
        auto previous = decide(isp, &window, {}, start);
        for (auto now = start + minutes(1); now < start + hours(60); now = now + minutes(1)) {
          const auto decision = decide(isp, &window, {}, now);
          REQUIRE(previous.until);
          // The answer changes exactly at `until`, never before it.
          REQUIRE((decision.allowed != previous.allowed) == (now == *previous.until));
          previous = decision;
        }
      }
    }
  }
}

TEST_CASE("a quota counts by the ISP's days and months") {
  const auto isp = isp_in("America/New_York");
  const auto monthly = quota(1000, QuotaPeriod::month);
  auto decision = decide(isp, &monthly, ByteCount{400}, utc(2026, 11, 5));
  CHECK(decision.allowed);
  CHECK(decision.quota_left == ByteCount{600});
  CHECK(decision.month == QuotaSpan{utc(2026, 11, 1, 4), utc(2026, 12, 1, 5)});  // EDT, then EST
  CHECK(decision.until == utc(2026, 12, 1, 5));
  decision = decide(isp, &monthly, ByteCount{1000}, utc(2026, 11, 5));
  CHECK_FALSE(decision.allowed);
  CHECK(decision.refusal == Refusal::quota_exhausted);
  CHECK(decision.reason == "the quota of SP2's agreement 3 is used up until 2026-12-01");
  CHECK(decide(isp, &monthly, ByteCount{1200}, utc(2026, 11, 5)).quota_left == ByteCount{0});

  const auto daily = quota(1000, QuotaPeriod::day);
  decision = decide(isp, &daily, {}, utc(2026, 11, 1, 12));  // the day of 25 hours
  CHECK(decision.day == QuotaSpan{utc(2026, 11, 1, 4), utc(2026, 11, 2, 5)});
}

TEST_CASE("the end of the year is a month's end too") {
  const auto isp = isp_in("UTC");
  CHECK(quota_span_at(isp, QuotaPeriod::month, utc(2026, 12, 31, 23, 59)) ==
        QuotaSpan{utc(2026, 12, 1), utc(2027, 1, 1)});
}

TEST_CASE("unknown time zones are refused by name and grant no hours") {
  CHECK(check_timezone("Europe/Berlin"));
  CHECK(check_timezone("UTC"));
  for (const auto* name : {"", "Europe/Atlantis", "../../etc/passwd"}) {
    const auto status = check_timezone(name);
    REQUIRE_FALSE(status);
    CHECK(status.error().kind == ErrorKind::refused);
    CHECK(status.error().message.find(name) != std::string::npos);
  }
  const auto isp = isp_in("Europe/Atlantis");
  const auto all_evening = during(0, 1439);
  CHECK_FALSE(decide(isp, &all_evening, {}, utc(2026, 5, 5)).allowed);
  const auto reason = decide(isp, &all_evening, {}, utc(2026, 5, 5)).reason;
  CHECK(reason.starts_with("ISP SP2: 'Europe/Atlantis' is not a time zone"));
}

TEST_CASE("hours of some weekdays, in several spans, are those of the ISP's wall clock") {
  const auto isp = isp_in("Europe/Berlin");
  GrantTerms grant;
  grant.kind = GrantKind::hours;
  constexpr std::uint8_t kWeekend = 0x60;
  grant.hours.spans = {{kWeekend, 8 * 60, 1440}, {kEveryDay & ~kWeekend, 20 * 60, 2 * 60}};
  const auto terms = granting(grant);
  // Friday 2026-11-06, 20:00 in Berlin is 19:00 UTC.
  CHECK_FALSE(grant_at(isp, &terms, {}, utc(2026, 11, 6, 18, 59)).allowed);
  CHECK(grant_at(isp, &terms, {}, utc(2026, 11, 6, 18, 59)).until == utc(2026, 11, 6, 19));
  CHECK(grant_at(isp, &terms, {}, utc(2026, 11, 6, 18, 59)).reason ==
        "ISP SP2 grants sat sun 08:00-24:00, mon tue wed thu fri 20:00-02:00 only");
  CHECK(grant_at(isp, &terms, {}, utc(2026, 11, 6, 19)).allowed);
  CHECK(grant_at(isp, &terms, {}, utc(2026, 11, 6, 19)).until == utc(2026, 11, 7, 1));  // into Saturday
  CHECK_FALSE(grant_at(isp, &terms, {}, utc(2026, 11, 7, 1)).allowed);
  CHECK(grant_at(isp, &terms, {}, utc(2026, 11, 7, 7)).allowed);
  CHECK_FALSE(grant_at(isp, &terms, {}, utc(2026, 11, 9, 7)).allowed);  // Monday
}

TEST_CASE("of two quotas the tighter one decides, and the later end where both are used up") {
  const auto isp = isp_in("UTC");
  GrantTerms grant;
  grant.kind = GrantKind::always;
  grant.quota_per_day = {100};
  grant.quota_per_month = {1000};
  const auto terms = granting(grant);
  const auto noon = utc(2026, 11, 5, 12);
  auto decision = grant_at(isp, &terms, {{40}, {900}}, noon);
  CHECK(decision.allowed);
  CHECK(decision.quota_left == ByteCount{60});
  CHECK(decision.day == QuotaSpan{utc(2026, 11, 5), utc(2026, 11, 6)});
  CHECK(decision.month == QuotaSpan{utc(2026, 11, 1), utc(2026, 12, 1)});
  CHECK(decision.until == utc(2026, 11, 6));
  CHECK(grant_at(isp, &terms, {{40}, {990}}, noon).quota_left == ByteCount{10});
  decision = grant_at(isp, &terms, {{100}, {900}}, noon);
  CHECK_FALSE(decision.allowed);
  CHECK(decision.refusal == Refusal::quota_exhausted);
  CHECK(decision.until == utc(2026, 11, 6));
  decision = grant_at(isp, &terms, {{0}, {1000}}, noon);
  CHECK_FALSE(decision.allowed);
  CHECK(decision.reason == "the quota of SP2's agreement 3 is used up until 2026-12-01");
  decision = grant_at(isp, &terms, {{100}, {1000}}, noon);
  CHECK(decision.until == utc(2026, 12, 1));
  CHECK(decision.reason == "the quota of SP2's agreement 3 is used up until 2026-12-01");
}

TEST_CASE("a grant speaks of the classes and owners that it names") {
  GrantTerms grant;
  CHECK_FALSE(grant_chooses_content(grant));
  CHECK(grant_covers(grant, ContentClass::live, "Anybody"));
  grant.classes = {ContentClass::file};
  CHECK(grant_chooses_content(grant));
  CHECK(grant_covers(grant, ContentClass::file, "Anybody"));
  CHECK_FALSE(grant_covers(grant, ContentClass::live, "Anybody"));
  grant.classes = {ContentClass::file, ContentClass::live};
  grant.owners = {OwnerFilter::Kind::only, {"MovieStudio"}};
  CHECK(grant_chooses_content(grant));
  CHECK(grant_covers(grant, ContentClass::live, "MovieStudio"));
  CHECK_FALSE(grant_covers(grant, ContentClass::live, "Other"));
  grant.owners.kind = OwnerFilter::Kind::all_but;
  CHECK_FALSE(grant_covers(grant, ContentClass::live, "MovieStudio"));
  CHECK(grant_covers(grant, ContentClass::live, "Other"));
}
