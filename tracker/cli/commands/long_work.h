#pragma once
// The meter of a command that reads much evidence, and how much there is to read.
#include <optional>

#include "tracker/accounting/work_meter.h"
#include "tracker/cli/administration.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

// Of the receipts that end in the window, about as many as the accounts say. `times`: how often the work reads them.
WorkMeter meter_of(AdministrationContext& context, std::string what, std::optional<TimeMs> since = {},
                   std::optional<TimeMs> until = {}, int times = 1);

}  // namespace waybill::tracker
