#include "tracker/store/store.h"

#include "tracker/store/patient_reader.h"
#include "tracker/store/postgres_connection_detail.h"
#include "tracker/store/sql_store_detail.h"
#include "tracker/store/sqlite_connection_detail.h"

namespace waybill::tracker {

namespace {

// `patience` as patient_reader.h has it, where there is one.
template <typename Connection>
Result<std::unique_ptr<Store>> open_on(const std::string& where, StoreAccess access,
                                       std::optional<DurationMs> patience) {
  auto connection = Connection::open(where, access, patience);
  if (!connection) return pass_on(connection);
  return make_sql_store(*std::move(connection));
}

Result<std::unique_ptr<Store>> open_anywhere(const std::string& where, StoreAccess access,
                                             std::optional<DurationMs> patience) {
  constexpr std::string_view kSqliteScheme = "sqlite://";
  const std::string_view text(where);
  if (where.empty()) return refuse("no database is named");
  if (text.starts_with("postgresql://") || text.starts_with("postgres://")) {
    return open_on<PostgresConnection>(where, access, patience);
  }
  if (text.starts_with(kSqliteScheme)) {
    return open_on<SqliteConnection>(std::string(text.substr(kSqliteScheme.size())), access, patience);
  }
  if (text.find("://") != std::string_view::npos) return refuse(where + " is no kind of database; name a file");
  return open_on<SqliteConnection>(where, access, patience);
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const std::string& where, StoreAccess access) {
  return open_anywhere(where, access, std::nullopt);
}

Result<std::unique_ptr<Store>> open_patient_reader(const std::string& where, DurationMs patience) {
  return open_anywhere(where, StoreAccess::read_only, patience);
}

}  // namespace waybill::tracker
