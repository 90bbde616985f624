#include "tracker/store/store.h"

#include "tracker/store/postgres_connection_detail.h"
#include "tracker/store/sql_store_detail.h"
#include "tracker/store/sqlite_connection_detail.h"

namespace waybill::tracker {

namespace {

Result<std::unique_ptr<Store>> open_sqlite(const std::string& file, StoreAccess access) {
  auto connection = SqliteConnection::open(file, access);
  if (!connection) return pass_on(connection);
  return make_sql_store(*std::move(connection));
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const std::string& where, StoreAccess access) {
  constexpr std::string_view kSqliteScheme = "sqlite://";
  const std::string_view text(where);
  if (where.empty()) return refuse("no database is named");
  if (text.starts_with("postgresql://") || text.starts_with("postgres://")) {
    auto connection = PostgresConnection::open(where, access);
    if (!connection) return pass_on(connection);
    return make_sql_store(*std::move(connection));
  }
  if (text.starts_with(kSqliteScheme)) {
    return open_sqlite(std::string(text.substr(kSqliteScheme.size())), access);
  }
  if (text.find("://") != std::string_view::npos) return refuse(where + " is no kind of database; name a file");
  return open_sqlite(where, access);
}

}  // namespace waybill::tracker
