#include "tracker/store/store.h"

#include "tracker/store/sqlite_store_detail.h"

namespace waybill::tracker {

Result<std::unique_ptr<Store>> open_store(const std::string& where, StoreAccess access) {
  constexpr std::string_view kSqliteScheme = "sqlite://";
  const std::string_view text(where);
  if (where.empty()) return refuse("no database is named");
  if (text.starts_with("postgresql://") || text.starts_with("postgres://")) {
    return refuse("PostgreSQL is not supported by this version; name a file");
  }
  if (text.starts_with(kSqliteScheme)) {
    return open_sqlite_store(std::string(text.substr(kSqliteScheme.size())), access);
  }
  if (text.find("://") != std::string_view::npos) return refuse(where + " is no kind of database; name a file");
  return open_sqlite_store(where, access);
}

}  // namespace waybill::tracker
