#pragma once
// The meter of a command that reads much evidence, and how much there is to read.
#include <optional>

#include "tracker/accounting/work_meter.h"
#include "tracker/cli/administration.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

// About how many receipts end in the window, by the accounts; 0 where they do not say.
std::int64_t expected_receipts(Store& store, std::optional<TimeMs> since, std::optional<TimeMs> until);

// `times`: how often the work reads them.
WorkMeter meter_of(AdministrationContext& context, std::string what, std::optional<TimeMs> since = {},
                   std::optional<TimeMs> until = {}, int times = 1);

}  // namespace waybill::tracker
