#pragma once
#include "tracker/store/ledger.h"
#include "tracker/store/sql_connection_detail.h"

namespace waybill::tracker {

class SqlLedger final : public Ledger {
 public:
  explicit SqlLedger(SqlConnection& connection) : connection_(connection) {}

  Status add_document(const AgreementDocument& document) override;
  Result<std::vector<AgreementDocument>> documents() override;

  Result<StoredContract> add_contract(const StoredContract& contract) override;
  Result<std::vector<StoredContract>> contracts() override;
  Status end_contract(AgreementId id, TimeMs at) override;

  Status close_period(const ClosedPeriod& period) override;
  Result<std::vector<ClosedPeriod>> closed_periods(const std::optional<Party>& party) override;

  Result<bool> add_transaction(const StoredTransaction& transaction) override;
  Status each_transaction(const std::function<Status(const StoredTransaction&)>& visit) override;

  Status add_invoice(const StoredInvoice& invoice) override;
  Result<std::vector<StoredInvoice>> invoices(const InvoiceQuery& query) override;

  Result<ByteString> pseudonym_secret(const ByteString& fresh) override;

 private:
  SqlConnection& connection_;
};

}  // namespace waybill::tracker
