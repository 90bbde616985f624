#pragma once
// The books over a store: what the pure parts of this folder decide, with what the store holds. Each call reads what it
// needs; those that change something are whole inside the caller's Store::transact, or a transaction of their own.
#include <optional>
#include <string>
#include <vector>

#include "tracker/agreements/pricing.h"
#include "tracker/ledger/invoice.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

// Price what the accounts hold. An ISP's agreements are the registry's, with their documents where they have one.
Result<std::vector<IspAgreement>> isp_agreements(Store& store, const Isp& isp);
Result<std::vector<OwnerContract>> owner_contracts(Store& store, const std::string& owner);

// Adds the terms to registry and ledger, with the id that it is given. Refused by check_addition and within a closed
// period. `agreement.isp` and its time zone must be the ISP's.
Status check_isp_agreement(Store& store, const IspAgreement& agreement);  // may it be added? Adds nothing
Result<IspAgreement> add_isp_agreement(Store& store, const IspAgreement& agreement);
Result<OwnerContract> add_owner_contract(Store& store, const OwnerContract& contract);
// Ends what is in force at the new terms' `from` and adds them.
Result<IspAgreement> renegotiate_isp_agreement(Store& store, const IspAgreement& agreement, TimeMs now);
Result<OwnerContract> renegotiate_owner_contract(Store& store, const OwnerContract& contract, TimeMs now);

class Books {
 public:
  // Refused where the party is not known: an ISP of the registry, or an owner with a contract.
  static Result<Books> of(Store& store, const Party& party);

  // Each month from the first agreement's to that of `now`, with what closed it.
  Result<std::vector<Period>> periods(TimeMs now);
  // A closed period's is the one that it was closed with; any other's is computed from the accounts as they are, late
  // lines of closed months included.
  Result<AccountStatement> statement(const std::string& period);
  // Keeps the statement and its postings. Refused by check_close.
  Result<AccountStatement> close(const std::string& period, DurationMs grace, TimeMs now);

  struct Issued {
    Invoice invoice;
    bool existed = false;  // the statement was billed before: nothing changed
  };
  // Of a closed period; `currency` is needed where its statement has lines in several. No `series`: the default one.
  Result<Issued> issue(const std::string& period, const std::optional<std::string>& series, const std::string& issuer,
                       const std::optional<Currency>& currency, TimeMs now);
  const std::string& timezone() const { return timezone_; }

 private:
  Books(Store& store, Party party, std::string timezone)
      : store_(store), party_(std::move(party)), timezone_(timezone) {}
  Result<Charges> charges(const TimeWindow& window);
  Result<Charges> isp_charges(const TimeWindow& window);
  Result<Charges> owner_charges(const TimeWindow& window);
  Result<std::vector<AccountStatement>> closed_statements();
  Result<std::optional<Period>> closed(const std::string& period);

  Store& store_;
  Party party_;
  std::string timezone_;
};

// Credits an invoice by its full number ("INV-000007") and posts the reverse. No `lines`: whatever is left of it.
Result<Invoice> credit_invoice(Store& store, const std::string& number, const std::vector<CreditedLine>& lines,
                               const std::string& reason, const std::string& issuer, TimeMs now);
// Refused where there is none of that number.
Result<Invoice> find_invoice(Store& store, const std::string& full_number);

}  // namespace waybill::tracker
