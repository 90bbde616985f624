#pragma once
// The schema as numbered steps: step n takes a database from version n-1 to n. A step that was released is never
// changed; a change is a further step.
#include <cstdint>
#include <vector>

namespace waybill::tracker {

inline constexpr std::int64_t kApplicationId = 0x57424c31;  // "WBL1": tells our databases from others

// One step in SQLite's dialect. PostgreSQL runs the same text with the words that differ put in place of SQLite's
// (postgres_schema_text), or `postgres` where that is not enough.
struct Migration {
  const char* sqlite;
  const char* postgres = nullptr;
};

const std::vector<Migration>& migrations();

}  // namespace waybill::tracker
