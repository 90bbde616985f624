#include "tracker/api/agreement_view.h"

#include "tracker/agreements/agreement_document.h"
#include "tracker/agreements/owner_action.h"
#include "tracker/store/store.h"

namespace waybill::tracker {

namespace {

Result<ByteCount> acked_of(Store& store, const std::string& owner, TimeMs since, std::optional<TimeMs> until) {
  AccountQuery query;
  query.owner = owner;
  query.since = since;
  query.until = until;
  const auto rows = store.accounts().query(query);
  if (!rows) return tl::make_unexpected(rows.error());
  ByteCount sum;
  for (const auto& row : *rows) sum.value += row.counters.acked.value;
  return sum;
}

}  // namespace

Result<AgreementView> read_agreement_view(Store& store) {
  AgreementView view;
  const auto documents = store.ledger().documents();
  if (!documents) return tl::make_unexpected(documents.error());
  for (const auto& document : *documents) {
    auto terms = read_isp_agreement(document.text);
    if (!terms) return pass_on(terms.error(), "the document of agreement " + std::to_string(document.agreement.value));
    view.terms.emplace(document.agreement, AgreedTerms{std::move(terms->grant), std::move(terms->tariff)});
  }
  const auto contracts = store.ledger().contracts();
  if (!contracts) return tl::make_unexpected(contracts.error());
  for (const auto& row : *contracts) {
    auto contract = read_owner_contract(row.text);
    if (!contract) return pass_on(contract.error(), "the document of contract " + std::to_string(row.id.value));
    contract->id = row.id;
    contract->until = row.valid_until;
    view.contracts.push_back(*std::move(contract));
  }
  return view;
}

Result<std::vector<OwnerUse>> read_owner_use(Store& store, const std::vector<OwnerContract>& contracts, TimeMs now) {
  std::vector<OwnerUse> use;
  for (const auto& contract : contracts) {
    if (!contract.in_force(now)) continue;
    const auto span = owner_counting_span(contract, now);
    const auto acked = acked_of(store, contract.owner, span.from, span.until);
    if (!acked) return tl::make_unexpected(acked.error());
    const auto acked_next = acked_of(store, contract.owner, span.until, std::nullopt);
    if (!acked_next) return tl::make_unexpected(acked_next.error());
    use.push_back({contract.id, *acked, *acked_next, span.from});
  }
  return use;
}

}  // namespace waybill::tracker
