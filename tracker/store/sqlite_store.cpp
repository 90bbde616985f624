#include "tracker/store/sqlite_accounts_detail.h"
#include "tracker/store/sqlite_evidence_detail.h"
#include "tracker/store/sqlite_registry_detail.h"
#include "tracker/store/sqlite_store_detail.h"

namespace waybill::tracker {

namespace {

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(std::unique_ptr<SqliteConnection> connection)
      : connection_(std::move(connection)), registry_(*connection_), evidence_(*connection_), accounts_(*connection_) {}

  Registry& registry() override { return registry_; }
  Evidence& evidence() override { return evidence_; }
  Accounts& accounts() override { return accounts_; }
  Status transact(const std::function<Status()>& body) override { return connection_->transact(body); }

 private:
  std::unique_ptr<SqliteConnection> connection_;
  SqliteRegistry registry_;
  SqliteEvidence evidence_;
  SqliteAccounts accounts_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(const std::string& file, StoreAccess access) {
  auto connection = SqliteConnection::open(file, access);
  if (!connection) return pass_on(connection);
  return std::make_unique<SqliteStore>(*std::move(connection));
}

}  // namespace waybill::tracker
