#include <fmt/format.h>

#include "tracker/agreements/agreement_document.h"
#include "tracker/ledger/books.h"
#include "tracker/policy/capacity_policy.h"
#include "tracker/policy/grant.h"

namespace waybill::tracker {

namespace {

Result<Isp> isp_of(Store& store, const IspAgreement& agreement) {
  auto isp = store.registry().find_isp(agreement.isp);
  if (!isp) return isp;
  if (isp->timezone == agreement.timezone) return isp;
  return refuse("timezone: " + isp->name + " is on the clocks of " + isp->timezone + ", not of " + agreement.timezone);
}

Status check_not_closed(Store& store, const Party& party, TimeMs at) {
  const auto rows = store.ledger().closed_periods(party);
  if (!rows) return tl::make_unexpected(rows.error());
  std::vector<Period> periods;
  for (const auto& row : *rows) periods.push_back({row.party, row.name, row.window, row.closed_at, row.statement_hash});
  return check_change(periods, at);
}

// A rate below the least of one order would grant nothing, without saying so.
Status check_kept(const GrantTerms& grant) {
  if (grant.rate_cap.value == 0 || grant.rate_cap.value >= kLeastOrderRate) return {};
  return refuse(fmt::format("grant: {} bytes per second are too few: one transfer needs {}", grant.rate_cap.value,
                            kLeastOrderRate));
}

// Can the registry's columns say all of it?
bool is_plain(const GrantTerms& grant) {
  if (grant.hours.spans.size() > 1) return false;
  if (!grant.hours.empty() && grant.hours.spans.front().weekdays != kEveryDay) return false;
  if (grant.quota_per_day.value != 0 && grant.quota_per_month.value != 0) return false;
  return !grant_chooses_content(grant) && grant.rate_cap.value == 0;
}

// What the registry's columns can say of the terms; the rest is in the document. Of a grant that is more than they can
// say they say that nothing is granted: who reads them alone permits too little and never too much.
Agreement columns_of(const IspAgreement& terms, IspId isp) {
  Agreement row;
  row.isp = isp;
  row.valid_from = terms.from;
  row.valid_until = terms.until;
  if (const auto& grant = terms.grant; is_plain(grant)) {
    row.grant.kind = grant.kind;
    if (grant.kind == GrantKind::hours) {
      row.grant.from_minute = grant.hours.spans.front().from_minute;
      row.grant.to_minute = grant.hours.spans.front().to_minute;
    }
    const bool by_month = grant.quota_per_day.value == 0;
    row.grant.quota = by_month ? grant.quota_per_month : grant.quota_per_day;
    row.grant.quota_period = by_month ? QuotaPeriod::month : QuotaPeriod::day;
  }
  const Money nothing{0, terms.tariff.currency};
  const bool volume = !terms.tariff.tiers.empty();
  row.tariff = {volume ? terms.tariff.tiers.front().on_net : nothing,
                volume ? terms.tariff.tiers.front().off_net : nothing};
  return row;
}

Result<IspAgreement> insert(Store& store, const IspAgreement& terms, IspId isp) {
  if (auto good = check_kept(terms.grant); !good) return tl::make_unexpected(good.error());
  const auto row = store.registry().add_agreement(columns_of(terms, isp));
  if (!row) return tl::make_unexpected(row.error());
  auto added = terms;
  added.id = row->id;
  if (auto kept = store.ledger().add_document({row->id, document_text(added)}); !kept) {
    return tl::make_unexpected(kept.error());
  }
  return added;
}

Result<OwnerContract> insert(Store& store, const OwnerContract& terms) {
  const auto row = store.ledger().add_contract({{}, terms.owner, terms.from, terms.until, document_text(terms)});
  if (!row) return tl::make_unexpected(row.error());
  auto added = terms;
  added.id = row->id;
  return added;
}

// `body` as one transaction, with what it returns.
template <typename Value, typename Body>
Result<Value> transact(Store& store, Body body) {
  Result<Value> result = fail("not run");
  const auto done = store.transact([&]() -> Status {
    result = body();
    if (!result) return tl::make_unexpected(result.error());
    return {};
  });
  if (!done) return tl::make_unexpected(done.error());
  return result;
}

}  // namespace

Result<std::vector<IspAgreement>> isp_agreements(Store& store, const Isp& isp) {
  const auto rows = store.registry().agreements();
  if (!rows) return tl::make_unexpected(rows.error());
  const auto documents = store.ledger().documents();
  if (!documents) return tl::make_unexpected(documents.error());
  std::vector<IspAgreement> all;
  for (const auto& row : *rows) {
    if (row.isp != isp.id) continue;
    auto terms = terms_of(row, isp);
    for (const auto& document : *documents) {
      if (document.agreement != row.id) continue;
      auto read = read_isp_agreement(document.text);
      if (!read) return pass_on(read.error(), "the document of agreement " + std::to_string(row.id.value));
      terms.grant = std::move(read->grant);
      terms.tariff = std::move(read->tariff);
    }
    all.push_back(std::move(terms));
  }
  return all;
}

Result<std::vector<OwnerContract>> owner_contracts(Store& store, const std::string& owner) {
  const auto rows = store.ledger().contracts();
  if (!rows) return tl::make_unexpected(rows.error());
  std::vector<OwnerContract> all;
  for (const auto& row : *rows) {
    if (row.owner != owner) continue;
    auto contract = read_owner_contract(row.text);
    if (!contract) return pass_on(contract.error(), "the document of contract " + std::to_string(row.id.value));
    contract->id = row.id;
    contract->until = row.valid_until;
    all.push_back(*std::move(contract));
  }
  return all;
}

Status check_isp_agreement(Store& store, const IspAgreement& agreement) {
  const auto isp = isp_of(store, agreement);
  if (!isp) return tl::make_unexpected(isp.error());
  const auto others = isp_agreements(store, *isp);
  if (!others) return tl::make_unexpected(others.error());
  if (auto good = check_addition(*others, agreement); !good) return good;
  return check_not_closed(store, {PartyKind::isp, isp->name}, agreement.from);
}

Result<IspAgreement> add_isp_agreement(Store& store, const IspAgreement& agreement) {
  return transact<IspAgreement>(store, [&]() -> Result<IspAgreement> {
    if (auto good = check_isp_agreement(store, agreement); !good) return tl::make_unexpected(good.error());
    const auto isp = isp_of(store, agreement);
    if (!isp) return tl::make_unexpected(isp.error());
    return insert(store, agreement, isp->id);
  });
}

Result<OwnerContract> add_owner_contract(Store& store, const OwnerContract& contract) {
  return transact<OwnerContract>(store, [&]() -> Result<OwnerContract> {
    const auto others = owner_contracts(store, contract.owner);
    if (!others) return tl::make_unexpected(others.error());
    if (auto good = check_addition(*others, contract); !good) return tl::make_unexpected(good.error());
    if (auto good = check_not_closed(store, {PartyKind::owner, contract.owner}, contract.from); !good) {
      return tl::make_unexpected(good.error());
    }
    return insert(store, contract);
  });
}

Result<IspAgreement> renegotiate_isp_agreement(Store& store, const IspAgreement& agreement, TimeMs now) {
  return transact<IspAgreement>(store, [&]() -> Result<IspAgreement> {
    const auto isp = isp_of(store, agreement);
    if (!isp) return tl::make_unexpected(isp.error());
    const auto others = isp_agreements(store, *isp);
    if (!others) return tl::make_unexpected(others.error());
    if (auto good = renegotiate(*others, agreement, now); !good) return tl::make_unexpected(good.error());
    for (const auto& other : *others) {
      if (!other.in_force(agreement.from)) continue;
      if (auto ended = store.registry().end_agreement(other.id, agreement.from); !ended) {
        return tl::make_unexpected(ended.error());
      }
    }
    return insert(store, agreement, isp->id);
  });
}

Result<OwnerContract> renegotiate_owner_contract(Store& store, const OwnerContract& contract, TimeMs now) {
  return transact<OwnerContract>(store, [&]() -> Result<OwnerContract> {
    const auto others = owner_contracts(store, contract.owner);
    if (!others) return tl::make_unexpected(others.error());
    if (auto good = renegotiate(*others, contract, now); !good) return tl::make_unexpected(good.error());
    for (const auto& other : *others) {
      if (!other.in_force(contract.from)) continue;
      if (auto ended = store.ledger().end_contract(other.id, contract.from); !ended) {
        return tl::make_unexpected(ended.error());
      }
    }
    return insert(store, contract);
  });
}

}  // namespace waybill::tracker
