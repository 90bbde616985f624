// Agreements' documents and owners' contracts.
#include "tracker/store/sql_ledger_detail.h"
#include "tracker/store/sql_registry_detail.h"

namespace waybill::tracker {

Status SqlLedger::add_document(const AgreementDocument& document) {
  return connection_.write([&]() -> Status {
    {
      auto agreement = connection_.query("SELECT 1 FROM agreements WHERE id = ?");
      if (!agreement.bind(document.agreement).step()) {
        return refuse("there is no agreement " + std::to_string(document.agreement.value));
      }
    }
    {
      auto taken = connection_.query("SELECT 1 FROM agreement_documents WHERE agreement = ?");
      if (taken.bind(document.agreement).step()) {
        return refuse("agreement " + std::to_string(document.agreement.value) + " has a document already");
      }
    }
    connection_.query("INSERT INTO agreement_documents(agreement, text) VALUES(?, ?)")
        .bind(document.agreement, document.text)
        .run();
    raise_registry_version(connection_);
    return {};
  });
}

Result<std::vector<AgreementDocument>> SqlLedger::documents() {
  return connection_.read([&]() -> Result<std::vector<AgreementDocument>> {
    std::vector<AgreementDocument> all;
    auto rows = connection_.query("SELECT agreement, text FROM agreement_documents ORDER BY agreement");
    while (rows.step()) all.push_back({rows.row_id<AgreementId>(0), rows.text(1)});
    return all;
  });
}

Result<StoredContract> SqlLedger::add_contract(const StoredContract& contract) {
  return connection_.write([&]() -> Result<StoredContract> {
    if (contract.valid_until && *contract.valid_until <= contract.valid_from) {
      return refuse("the contract ends before it begins");
    }
    {
      auto other = connection_.query(
          "SELECT id FROM owner_contracts WHERE owner = ? AND (? IS NULL OR valid_from < ?) "
          "AND (valid_until IS NULL OR valid_until > ?) LIMIT 1");
      other.bind(contract.owner, contract.valid_until, contract.valid_until, contract.valid_from);
      if (other.step()) {
        return refuse(contract.owner + " has contract " + std::to_string(other.integer(0)) +
                      " in that time; end it first");
      }
    }
    auto added = contract;
    added.id = {connection_
                    .query("INSERT INTO owner_contracts(owner, valid_from, valid_until, text) VALUES(?, ?, ?, ?) "
                           "RETURNING id")
                    .bind(contract.owner, contract.valid_from, contract.valid_until, contract.text)
                    .run_for_id()};
    raise_registry_version(connection_);
    return added;
  });
}

Result<std::vector<StoredContract>> SqlLedger::contracts() {
  return connection_.read([&]() -> Result<std::vector<StoredContract>> {
    std::vector<StoredContract> all;
    auto rows = connection_.query(
        "SELECT id, owner, valid_from, valid_until, text FROM owner_contracts ORDER BY owner, valid_from");
    while (rows.step()) {
      all.push_back({rows.row_id<AgreementId>(0), rows.text(1), rows.time(2), rows.optional_time(3), rows.text(4)});
    }
    return all;
  });
}

Status SqlLedger::end_contract(AgreementId id, TimeMs at) {
  return connection_.write([&]() -> Status {
    {
      auto row = connection_.query("SELECT valid_from, valid_until FROM owner_contracts WHERE id = ?");
      if (!row.bind(id).step()) return refuse("there is no contract " + std::to_string(id.value));
      if (at <= row.time(0)) return refuse("the contract begins later than that");
      if (const auto until = row.optional_time(1); until && *until <= at) {
        return refuse("the contract ends earlier than that already");
      }
    }
    connection_.query("UPDATE owner_contracts SET valid_until = ? WHERE id = ?").bind(at, id).run();
    raise_registry_version(connection_);
    return {};
  });
}

}  // namespace waybill::tracker
