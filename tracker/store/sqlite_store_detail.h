#pragma once
#include "tracker/store/store.h"

namespace waybill::tracker {

Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& file, StoreAccess access);

}  // namespace waybill::tracker
