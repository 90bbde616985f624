#pragma once
// The books of a tracker after some weeks, made by a small seeded generator: agents' signed receipts go through ingest
// as in a running tracker, and what they should add up to is kept beside as a plain list.
#include <set>
#include <string>
#include <vector>

#include "tests/contract/sample_books.h"
#include "tests/unit/tracker_cli/tracker_program.h"

namespace waybill::tracker {

// One recorded receipt, as the test itself understands it.
struct ExpectedReceipt {
  int order = 0;
  int from = 0;  // number of the SP
  int to = 0;
  int agreement = 0;  // 0: a CDN node
  std::string owner;
  std::string title;
  std::string receiver;
  TimeMs start{};
  TimeMs end{};
  std::int64_t acked = 0;
  std::int64_t sent = 0;
  bool measured = true;
};
struct ExpectedDelivery {
  std::string owner;
  std::string title;
  std::string receiver;
  int isp = 0;
  TimeMs completed{};
};

// SP1 (Europe/Berlin) with agreement 1 until 2026-11-10 and 2 from then on, SP2 (America/New_York) with 3, SP3 (UTC)
// with 4 in JPY. Receipts end between 2026-10-20 and 2026-12-05, over a change of the clocks and two ends of months.
struct GeneratedBooks {
  explicit GeneratedBooks(std::uint64_t seed);

  TrackerProgram program;
  std::vector<ExpectedReceipt> receipts;
  std::vector<ExpectedDelivery> deliveries;
  int forged = 0;  // receipts of orders to senders at SP1 that ingest refused, all in November
};

// Calendar of a time zone by the C library, independent of the program's.
struct LocalTime {
  int year, month, day, minute_of_day;
};
LocalTime local_time(TimeMs time, const char* zone);

}  // namespace waybill::tracker
