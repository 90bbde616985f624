#include "tracker/store/sql_access_tokens_detail.h"
#include "tracker/store/sql_accounts_detail.h"
#include "tracker/store/sql_alerts_detail.h"
#include "tracker/store/sql_cdn_records_detail.h"
#include "tracker/store/sql_evidence_detail.h"
#include "tracker/store/sql_ledger_detail.h"
#include "tracker/store/sql_objects_detail.h"
#include "tracker/store/sql_policies_detail.h"
#include "tracker/store/sql_record_resolutions_detail.h"
#include "tracker/store/sql_registry_detail.h"
#include "tracker/store/sql_saved_reports_detail.h"
#include "tracker/store/sql_stock_clients_detail.h"
#include "tracker/store/sql_store_detail.h"

namespace waybill::tracker {

namespace {

class SqlStore final : public Store {
 public:
  explicit SqlStore(std::unique_ptr<SqlConnection> connection)
      : connection_(std::move(connection)),
        registry_(*connection_),
        evidence_(*connection_),
        accounts_(*connection_),
        objects_(*connection_),
        policies_(*connection_),
        alerts_(*connection_),
        ledger_(*connection_),
        record_resolutions_(*connection_),
        access_tokens_(*connection_),
        saved_reports_(*connection_),
        stock_clients_(*connection_),
        cdn_records_(*connection_) {}

  Registry& registry() override { return registry_; }
  Evidence& evidence() override { return evidence_; }
  Accounts& accounts() override { return accounts_; }
  Objects& objects() override { return objects_; }
  Policies& policies() override { return policies_; }
  Alerts& alerts() override { return alerts_; }
  Ledger& ledger() override { return ledger_; }
  RecordResolutions& record_resolutions() override { return record_resolutions_; }
  AccessTokens& access_tokens() override { return access_tokens_; }
  SavedReports& saved_reports() override { return saved_reports_; }
  StockClients& stock_clients() override { return stock_clients_; }
  CdnRecords& cdn_records() override { return cdn_records_; }
  Status transact(const std::function<Status()>& body, Writers writers) override {
    return connection_->transact(body, writers);
  }

 private:
  std::unique_ptr<SqlConnection> connection_;
  SqlRegistry registry_;
  SqlEvidence evidence_;
  SqlAccounts accounts_;
  SqlObjects objects_;
  SqlPolicies policies_;
  SqlAlerts alerts_;
  SqlLedger ledger_;
  SqlRecordResolutions record_resolutions_;
  SqlAccessTokens access_tokens_;
  SqlSavedReports saved_reports_;
  SqlStockClients stock_clients_;
  SqlCdnRecords cdn_records_;
};

}  // namespace

std::unique_ptr<Store> make_sql_store(std::unique_ptr<SqlConnection> connection) {
  return std::make_unique<SqlStore>(std::move(connection));
}

}  // namespace waybill::tracker
