#include "tracker/store/accounts.h"

namespace waybill::tracker {

namespace {

std::int64_t floor_divide(std::int64_t number, std::int64_t by) { return number / by - (number % by < 0 ? 1 : 0); }

}  // namespace

Quarter quarter_of(TimeMs time) { return {floor_divide(time.value, kQuarter.value)}; }

Quarter quarter_at_or_after(TimeMs time) { return {floor_divide(time.value - 1, kQuarter.value) + 1}; }

Counters& Counters::operator+=(const Counters& other) {
  acked += other.acked;
  sent += other.sent;
  receipts += other.receipts;
  return *this;
}

}  // namespace waybill::tracker
