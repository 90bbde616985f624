// Capacity policies as values: windows, words, JSON, what is refused, and which of them a path touches.
#include <doctest/doctest.h>

#include "tracker/policy/policy_check.h"
#include "tracker/policy/policy_document.h"
#include "tracker/policy/policy_index.h"

using namespace waybill;
using namespace waybill::tracker;

namespace {

constexpr TimeMs kNoon{1'794'052'800'000};  // 2026-11-07T12:00Z, a Saturday
constexpr std::int64_t kPiece = 1 << 20;

std::vector<Isp> isps() {
  const auto prefix = *IpPrefix::parse("10.1.0.0/16");
  const auto other = *IpPrefix::parse("10.2.0.0/16");
  return {{IspId{1}, "SP1", {}, "Europe/Berlin", {prefix}},
          {IspId{2}, "SP2", {}, "UTC", {other}},
          {IspId{3}, "SP3", {}, "UTC", {}}};
}
std::vector<Content> contents() {
  return {
      {ContentId{}, "MovieStudio", "film", ContentClass::file, {100 * kPiece}, {kPiece}, 100, {}, {}, std::nullopt}};
}

QuotaSpan window(const std::string& text, const std::string& zone, TimeMs at) {
  CapacityPolicy policy;
  REQUIRE(read_policy_window(text, policy));
  CHECK(policy_window_text(policy) == text);
  policy.timezone = zone;
  return policy_window_at(policy, at);
}

// The refusal of a document: by its reading or by its meaning. "" where it is fine.
std::string fault(const std::string& text) {
  const auto known = isps();
  const auto titles = contents();
  const auto policy = read_policy(text, known, kNoon);
  if (!policy) return policy.error().message;
  const PolicyWorld world{known, titles, [](const std::string& key) { return key == "router:core1"; }};
  const auto status = check_policy(*policy, world, kNoon);
  return status ? "" : status.error().message;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

PathComponent component(const std::string& key) {
  PathComponent made;
  made.key = key;
  return made;
}

}  // namespace

TEST_CASE("windows lie side by side on the clocks of their zone") {
  CHECK(window("day", "UTC", kNoon) == QuotaSpan{kNoon - hours(12), kNoon + hours(12)});
  CHECK(window("day", "Europe/Berlin", kNoon) == QuotaSpan{kNoon - hours(13), kNoon + hours(11)});
  CHECK(window("week", "UTC", kNoon) == QuotaSpan{kNoon - hours(12 + 5 * 24), kNoon + hours(12 + 24)});
  CHECK(window("month", "UTC", kNoon) == QuotaSpan{kNoon - hours(12 + 6 * 24), kNoon + hours(12 + 23 * 24)});
  CHECK(window("15m", "UTC", kNoon + minutes(20)) == QuotaSpan{kNoon + minutes(15), kNoon + minutes(30)});
  CHECK(window("hour", "Asia/Kolkata", kNoon) == QuotaSpan{kNoon - minutes(30), kNoon + minutes(30)});
  // Through both changes of the clocks, minute by minute: no gap, no overlap, and `at` inside.
  for (const TimeMs change :
       {TimeMs{1'774'746'000'000}, TimeMs{1'792'890'000'000}}) {  // 2026-03-29, 2026-10-25, 01:00Z
    for (const auto* text : {"hour", "day", "30m"}) {
      auto span = window(text, "Europe/Berlin", change - hours(5));
      for (auto at = change - hours(5); at < change + hours(30); at = at + minutes(1)) {
        const auto here = window(text, "Europe/Berlin", at);
        REQUIRE(here.start <= at);
        REQUIRE(at < here.end);
        if (here == span) continue;
        REQUIRE(here.start == span.end);
        span = here;
      }
    }
  }
  CapacityPolicy policy;
  for (const auto* text : {"7m", "0m", "90m", "m", "year", "15", "-5m", ""}) {
    CHECK_FALSE(read_policy_window(text, policy));
  }
}

TEST_CASE("a policy survives its document, and reads as a sentence") {
  const std::string text =
      R"({"component":"inter-isp-link:SP1>SP2","class":"live","owner":"MovieStudio","bytes":5000000,"per":"15m",)"
      R"("from":1794052800000,"until":1794139200000})";
  auto policy = read_policy(text, isps(), kNoon);
  REQUIRE(policy);
  CHECK(policy->timezone == "Europe/Berlin");  // of the ISP that is left
  const auto again = read_policy(write_policy(*policy, isps()), isps(), kNoon + hours(1));
  REQUIRE(again);
  CHECK(*again == *policy);
  policy->id = {3};
  CHECK(policy_text(*policy, "") ==
        "policy 3: at most 5000000 bytes per 15m of live content of MovieStudio over inter-isp-link:SP1>SP2");
  const auto rate = read_policy(R"({"isp":"SP2","direction":"into","rate":2000000})", isps(), kNoon);
  REQUIRE(rate);
  CHECK(rate->valid_from == kNoon);
  CHECK(policy_text(*rate, "SP2") == "policy 0: at most 2000000 bytes per second into SP2");
  CHECK(*read_policy(write_policy(*rate, isps()), isps(), kNoon + hours(1)) == *rate);
}

TEST_CASE("what makes no sense is refused by name") {
  CHECK(fault(R"({"component":"inter-isp-link:SP1>SP2","bytes":5000000,"per":"day"})") == "");
  CHECK(fault(R"({"component":"router:core1","rate":100000})") == "");
  CHECK(fault(R"({"owner":"MovieStudio","bytes":5000000,"per":"hour"})") == "");
  // What no path can meet.
  CHECK(has(fault(R"({"component":"inter-isp-link:SP1>SP1","rate":100000})"), "no path can meet"));
  CHECK(has(fault(R"({"isp":"SP3","direction":"into","rate":100000})"), "no path can meet"));
  CHECK(has(fault(R"({"component":"isp:SP3","rate":100000})"), "no path can meet"));
  CHECK(has(fault(R"({"component":"inter-isp-link:SP1>SP3","rate":100000})"), "no path can meet"));
  // Limits.
  CHECK(has(fault(R"({"isp":"SP1","direction":"out","bytes":1048575,"per":"day"})"), "less than one piece"));
  CHECK(has(fault(R"({"isp":"SP1","direction":"out","rate":16383})"), "too few"));
  CHECK(has(fault(R"({"isp":"SP1","direction":"out"})"), "exactly one of the two"));
  CHECK(has(fault(R"({"rate":100000,"bytes":5000000,"per":"day"})"), "exactly one of the two"));
  CHECK(has(fault(R"({"bytes":5000000})"), "per: the window is missing"));
  CHECK(has(fault(R"({"rate":100000,"per":"day"})"), "a rate has no window"));
  // Entities.
  CHECK(has(fault(R"({"isp":"SP9","direction":"into","rate":100000})"), "unknown ISP 'SP9'"));
  CHECK(has(fault(R"({"component":"router:nobody","rate":100000})"), "unknown component"));
  CHECK(has(fault(R"({"component":"inter-isp-link:SP1>SP9","rate":100000})"), "unknown inter-ISP link"));
  CHECK(has(fault(R"({"owner":"Nobody","rate":100000})"), "unknown content owner 'Nobody'"));
  CHECK(has(fault(R"({"rate":100000,"timezone":"Mars/Olympus"})"), "time zone"));
  // Windows.
  CHECK(has(fault(R"({"rate":100000,"from":1794139200000,"until":1794139200000})"), "reversed window"));
  CHECK(has(fault(R"({"rate":100000,"from":1,"until":2})"), "over already"));
  // Documents.
  CHECK(has(fault(R"({"rate":100000,"colour":"red"})"), "colour: is not a field"));
  CHECK(has(fault(R"({"rate":-5})"), "rate: must be an integer"));
  CHECK(has(fault(R"({"rate":18446744073709551615})"), "rate: must be an integer"));
  CHECK(has(fault(R"({"rate":"fast"})"), "rate: must be an integer"));
  CHECK(has(fault(R"({"isp":"SP1","direction":"up","rate":100000})"), "none of out, into, within"));
  CHECK(has(fault(R"({"isp":"SP1","component":"isp:SP1","direction":"out","rate":100000})"), "in place of"));
  CHECK(has(fault("[1]"), "one JSON object"));
  CHECK(has(fault("{"), "one JSON object"));
}

TEST_CASE("a path touches the policies of its components and of its two ends, and no others") {
  const auto made = [](std::int64_t id, PolicySubject subject, const std::string& key, std::int64_t isp) {
    CapacityPolicy policy;
    policy.id = {id};
    policy.subject = subject;
    policy.component = key;
    policy.isp = {isp};
    return policy;
  };
  PolicyIndex index({made(1, PolicySubject::component, "inter-isp-link:SP1>SP2", 0),
                     made(2, PolicySubject::isp_out, "", 1), made(3, PolicySubject::isp_into, "", 2),
                     made(4, PolicySubject::isp_within, "", 1), made(5, PolicySubject::everything, "", 0),
                     made(6, PolicySubject::component, "router:core1", 0), made(7, PolicySubject::isp_into, "", 1),
                     made(8, PolicySubject::component, "inter-isp-link:SP2>SP1", 0)});
  index = PolicyIndex(std::move(index));  // what it points into moves along
  ResolvedPath across;
  across.components = {component("isp:SP1"), component("inter-isp-link:SP1>SP2"), component("isp:SP2")};
  CHECK(index.touched(across, {1}, {2}) == std::vector<PolicySlot>{0, 1, 2, 4});
  ResolvedPath inside;
  inside.components = {component("isp:SP1"), component("router:core1")};
  CHECK(index.touched(inside, {1}, {1}) == std::vector<PolicySlot>{3, 4, 5});
  CHECK(index.touched({}, {}, {}) == std::vector<PolicySlot>{4});

  CapacityPolicy narrow;
  narrow.owner = "MovieStudio";
  narrow.content_class = ContentClass::live;
  CHECK(narrow.covers(ContentClass::live, "MovieStudio", false));
  CHECK_FALSE(narrow.covers(ContentClass::file, "MovieStudio", false));
  CHECK_FALSE(narrow.covers(ContentClass::live, "Other", false));
}
