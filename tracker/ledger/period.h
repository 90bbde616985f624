#pragma once
// A party's month in the books: open while it runs, closing while late receipts are waited for, due from then on until
// somebody closes it, closed for good. What comes after that goes to the next period, marked (agreements/charge_line.h,
// late_lines).
#include <optional>
#include <vector>

#include "common/types/byte_string.h"
#include "tracker/agreements/local_calendar.h"
#include "tracker/ledger/party.h"

namespace waybill::tracker {

// An agent keeps its receipts until the tracker has them; one that was offline for three days still counts in its
// month.
inline constexpr DurationMs kDefaultGrace = hours(72);

enum class PeriodState { open, closing, due, closed };
const char* name_of(PeriodState state);

struct Period {
  Party party;
  std::string name;  // "2026-11"
  TimeWindow window;
  std::optional<TimeMs> closed_at;
  ByteString statement;  // SHA-256 of the statement that it was closed with; empty before
  bool operator==(const Period&) const = default;
};

// Refuses what is not a month, such as a quarter or a day.
Result<Period> make_period(const Party& party, const std::string& name, const std::string& timezone);

PeriodState state_at(const Period& period, TimeMs now, DurationMs grace = kDefaultGrace);

// May it be closed at `now`? Refused by name: it runs still, its grace runs still, it is closed, or one before it (of
// `others`, this party's) is not.
Status check_close(const Period& period, const std::vector<Period>& others, DurationMs grace, TimeMs now);
// May an invoice be issued for it? Only a closed one's figures are final.
Status check_invoice(const Period& period, TimeMs now);
// May an agreement begin, end or change at `at`? Not within a closed period.
Status check_change(const std::vector<Period>& periods, TimeMs at);

}  // namespace waybill::tracker
