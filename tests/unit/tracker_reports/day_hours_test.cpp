#include "tracker/reports/day_hours.h"

#include <cstdlib>
#include <ctime>

#include <doctest/doctest.h>

#include "tracker/reports/byte_size.h"

namespace waybill::tracker {
namespace {

TEST_CASE("hours of the day, over midnight too") {
  const auto evening = parse_day_hours("18:00-24:00").value();
  CHECK(evening == DayHours{1080, 1440});
  CHECK(parse_day_hours("18:00-00:00").value() == evening);
  CHECK_FALSE(evening.contains(1079));
  CHECK(evening.contains(1080));
  CHECK(evening.contains(1439));
  CHECK_FALSE(evening.contains(0));
  const auto night = parse_day_hours("22:00-06:00").value();
  CHECK(night.contains(1320));
  CHECK(night.contains(0));
  CHECK(night.contains(359));
  CHECK_FALSE(night.contains(360));
  CHECK_FALSE(night.contains(1319));
  CHECK(night.str() == "22:00-06:00");
  for (const auto* text : {"", "18:00", "18-24", "18:00-24:01", "25:00-26:00", "18:60-19:00", "18:00-18:00",
                           "24:00-06:00", "18:00-24:00 ", "00:00-00:00x"}) {
    CHECK_FALSE_MESSAGE(parse_day_hours(text).has_value(), text);
  }
}

// The C library's own reading of the tz database.
int minute_by_libc(TimeMs time) {
  const std::time_t seconds = time.value / 1000;
  std::tm local{};
  localtime_r(&seconds, &local);
  return local.tm_hour * 60 + local.tm_min;
}

TEST_CASE("the local clock agrees with the C library through a year, forwards and backwards") {
  for (const auto* zone : {"Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"}) {
    ::setenv("TZ", zone, 1);
    ::tzset();
    auto clock = LocalClock::of(zone).value();
    const TimeMs start{1'767'225'600'000};  // 2026-01-01T00:00Z
    std::int64_t wrong = 0;
    for (int quarter = 0; quarter < 366 * 96; ++quarter) {
      const auto forwards = start + minutes(15ll * quarter);
      const auto backwards = start + minutes(15ll * (366 * 96 - quarter));
      wrong += clock.minute_of_day(forwards) != minute_by_libc(forwards);
      wrong += clock.minute_of_day(backwards) != minute_by_libc(backwards);
    }
    CHECK_MESSAGE(wrong == 0, zone);
  }
  ::unsetenv("TZ");
  ::tzset();
  CHECK_FALSE(LocalClock::of("Europe/Atlantis").has_value());
}

TEST_CASE("amounts of bytes") {
  CHECK(parse_byte_size("10TB").value().value == 10'000'000'000'000);
  CHECK(parse_byte_size("1.5GiB").value().value == 1'610'612'736);
  CHECK(parse_byte_size("1.5 GB").value().value == 1'500'000'000);
  CHECK(parse_byte_size("1024").value().value == 1024);
  CHECK(parse_byte_size("0.001kB").value().value == 1);
  CHECK(parse_byte_size("9.223372036854775PB").value().value == 9'223'372'036'854'775);
  for (const auto* text : {"", "TB", "1.2.3MB", "-1", "1e9", "10 TBs", "0.5", "0.0001kB", "10000PB0", "9224000PB",
                           "1234567890123456789", "1,5GB"}) {
    CHECK_FALSE_MESSAGE(parse_byte_size(text).has_value(), text);
  }
  CHECK(human_bytes(0) == "0 B");
  CHECK(human_bytes(999) == "999 B");
  CHECK(human_bytes(1000) == "1.00 kB");
  CHECK(human_bytes(999'499) == "999 kB");
  CHECK(human_bytes(999'500) == "1.00 MB");
  CHECK(human_bytes(12'345'678) == "12.3 MB");
  CHECK(human_bytes(-1'500'000'000) == "-1.50 GB");
  CHECK(exact_bytes(0) == "0");
  CHECK(exact_bytes(1'234) == "1 234");
  CHECK(exact_bytes(-123'456) == "-123 456");
  CHECK(exact_bytes(1'234'567'890) == "1 234 567 890");
}

}  // namespace
}  // namespace waybill::tracker
