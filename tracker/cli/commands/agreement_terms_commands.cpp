// Agreements by all of their terms, as JSON documents (agreements/agreement_document.h).
#include <fmt/format.h>

#include "tracker/agreements/agreement_document.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/contract_alerts_json.h"
#include "tracker/cli/commands/party_argument_json.h"
#include "tracker/ledger/books.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

bool is_owner_contract(const std::string& text) {
  const auto value = json::parse(text, nullptr, false);
  return value.is_object() && value.value("format", json()) == kOwnerContractFormat;
}

template <typename Terms>
json terms_json(const Terms& terms) {
  return {{"id", terms.id.value},
          {"from", format_time(terms.from)},
          {"until", terms.until ? json(format_time(*terms.until)) : json(nullptr)},
          {"terms", json::parse(document_text(terms))}};
}

template <typename Terms>
Result<Answer> added(const Result<Terms>& terms, const std::string& party) {
  if (!terms) return tl::make_unexpected(terms.error());
  Answer answer;
  answer.registry_changed = true;
  answer.result = {{"agreement", terms_json(*terms)}};
  answer.lines.push_back(
      fmt::format("Agreement {} with {}, from {}", terms->id.value, party, format_time(terms->from)));
  return answer;
}

Result<Answer> with_alerts(AdministrationContext& context, const Result<OwnerContract>& contract) {
  auto answer = added(contract, contract ? contract->owner : std::string());
  if (!answer) return answer;
  if (auto told = add_contract_alerts(context, *contract, *answer); !told) return pass_on(told);
  return answer;
}

}  // namespace

Result<Answer> agreement_add_terms(AdministrationContext& context, Arguments& arguments) {
  const auto text = arguments.required("terms");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  if (is_owner_contract(text)) {
    const auto contract = read_owner_contract(text);
    if (!contract) return tl::make_unexpected(contract.error());
    return with_alerts(context, add_owner_contract(context.store, *contract));
  }
  const auto agreement = read_isp_agreement(text);
  if (!agreement) return tl::make_unexpected(agreement.error());
  return added(add_isp_agreement(context.store, *agreement), agreement->isp);
}

Result<Answer> agreement_renegotiate(AdministrationContext& context, Arguments& arguments) {
  const auto text = arguments.required("terms");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto now = context.clock.now();
  if (is_owner_contract(text)) {
    const auto contract = read_owner_contract(text);
    if (!contract) return tl::make_unexpected(contract.error());
    return with_alerts(context, renegotiate_owner_contract(context.store, *contract, now));
  }
  const auto agreement = read_isp_agreement(text);
  if (!agreement) return tl::make_unexpected(agreement.error());
  return added(renegotiate_isp_agreement(context.store, *agreement, now), agreement->isp);
}

Result<Answer> agreement_show(AdministrationContext& context, Arguments& arguments) {
  const auto party = party_argument(arguments);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  Answer answer;
  auto& rows = answer.result["agreements"] = json::array();
  if (party.kind == PartyKind::owner) {
    const auto contracts = owner_contracts(context.store, party.name);
    if (!contracts) return tl::make_unexpected(contracts.error());
    for (const auto& contract : *contracts) rows.push_back(terms_json(contract));
  } else {
    const auto isp = context.store.registry().find_isp(party.name);
    if (!isp) return tl::make_unexpected(isp.error());
    const auto agreements = isp_agreements(context.store, *isp);
    if (!agreements) return tl::make_unexpected(agreements.error());
    for (const auto& agreement : *agreements) rows.push_back(terms_json(agreement));
  }
  for (const auto& row : rows) {
    answer.lines.push_back(fmt::format("{} {}", row.at("id").dump(), row.at("terms").dump()));
  }
  return answer;
}

}  // namespace waybill::tracker
