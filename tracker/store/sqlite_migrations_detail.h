#pragma once
// The schema as numbered steps: step n takes a database from version n-1 to n. A step that was released is never
// changed; a change is a further step.
#include <cstdint>
#include <vector>

namespace waybill::tracker {

inline constexpr std::int64_t kSqliteApplicationId = 0x57424c31;  // "WBL1": tells our files from other databases

const std::vector<const char*>& sqlite_migrations();

}  // namespace waybill::tracker
