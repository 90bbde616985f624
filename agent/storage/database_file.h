#pragma once
// One SQLite file of the agent. SQLiteCpp stays in .cpp files: the forward declaration is all that others see.
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/types/result.h"

namespace SQLite {
class Database;
}

namespace waybill::storage {

struct DatabaseDeleter {
  void operator()(SQLite::Database* database) const;
};
using DatabasePtr = std::unique_ptr<SQLite::Database, DatabaseDeleter>;

// Opens or creates `file` with mode 0600. migrations[i] is SQL that leads from version i to i + 1, each in a
// transaction of its own. Fails, naming the file and what to do, when it is unreadable, corrupt, or written by a later
// version.
Result<DatabasePtr> open_database(const std::filesystem::path& file, const std::vector<std::string>& migrations);

// Runs `work`; an SQLite exception becomes an Error that names `file`. Disk full and busy are transient.
Status guarded(const std::filesystem::path& file, const std::function<void()>& work);

}  // namespace waybill::storage
