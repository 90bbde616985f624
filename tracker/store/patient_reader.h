#pragma once
// A store for those who read while somebody waits for the answer.
#include <memory>
#include <string>

#include "tracker/store/store.h"

namespace waybill::tracker {

// As open_store with StoreAccess::read_only, but a transaction that has read for longer than `patience` is given up:
// failed, transient. PostgreSQL grants it to each statement anew.
Result<std::unique_ptr<Store>> open_patient_reader(const std::string& where, DurationMs patience);

}  // namespace waybill::tracker
