#include "tracker/agreements/agreement_document.h"
#include "tracker/agreements/document_reader_json.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

json royalty_json(const Royalty& royalty) {
  json value{{"payee", royalty.payee}, {"per_delivery", format_exact(royalty.per_delivery)}};
  for (const auto& [title, price] : royalty.titles) value["titles"][title] = format_exact(price);
  return value;
}

Royalty read_royalty(DocumentReader reader, Currency currency) {
  Royalty royalty;
  royalty.payee = reader.text("payee");
  royalty.per_delivery = reader.money("per_delivery", currency);
  if (reader.has("titles")) {
    auto titles = reader.object("titles");
    titles.each_key([&](const char* title) { royalty.titles[title] = titles.money(title, currency); });
  }
  reader.finish();
  return royalty;
}

OwnerAction read_action(DocumentReader& reader, const char* key) {
  if (!reader.has(key)) return OwnerAction::carry_on;
  return reader.choice<OwnerAction>(key, {{"carry_on", OwnerAction::carry_on},
                                          {"notify", OwnerAction::notify},
                                          {"listed_customers_only", OwnerAction::listed_customers_only},
                                          {"off_peak_only", OwnerAction::off_peak_only}});
}

void read_actions(DocumentReader& reader, OwnerContract& contract) {
  contract.near_percent = static_cast<int>(reader.integer_or("near_percent", 0, 1, 99));
  contract.on_near = read_action(reader, "on_near");
  contract.on_crossing = read_action(reader, "on_crossing");
  contract.peak = reader.week_hours("peak");
  if (!reader.has("listed")) return;
  for (const auto& hex : reader.names("listed")) {
    const auto key = AgentKey::from_hex(hex);
    if (!key) {
      reader.blame("listed", key.error().message);
    } else if (!contract.listed.insert(*key).second) {
      reader.blame("listed", hex + " stands twice");
    }
  }
}

}  // namespace

std::string document_text(const OwnerContract& contract) {
  json value{{"format", kOwnerContractFormat},        {"owner", contract.owner},
             {"timezone", contract.timezone},         {"from", format_time(contract.from)},
             {"currency", contract.currency.str()},   {"flat_fee", format_exact(contract.flat_fee)},
             {"threshold", contract.threshold.value}, {"beyond_per_gb", format_exact(contract.beyond_per_gb)},
             {"on_near", name_of(contract.on_near)},  {"on_crossing", name_of(contract.on_crossing)}};
  if (contract.until) value["until"] = format_time(*contract.until);
  if (contract.royalty) value["royalty"] = royalty_json(*contract.royalty);
  if (contract.unacknowledged_per_gb) value["unacknowledged_per_gb"] = format_exact(*contract.unacknowledged_per_gb);
  if (contract.surcharge_bp != 0) value["surcharge_bp"] = contract.surcharge_bp;
  if (contract.near_percent != 0) value["near_percent"] = contract.near_percent;
  if (!contract.peak.empty()) value["peak"] = week_hours_json(contract.peak);
  for (const auto& key : contract.listed) value["listed"].push_back(key.hex());
  return document_dump(value);
}

Result<OwnerContract> read_owner_contract(std::string_view text) {
  const auto value = parse_document(text);
  if (!value) return pass_on(value.error(), "contract");
  std::optional<std::string> fault;
  DocumentReader reader(*value, "", fault);
  if (reader.text("format") != kOwnerContractFormat) {
    reader.blame("format", std::string("it is not '") + kOwnerContractFormat + "'");
  }
  OwnerContract contract;
  contract.owner = reader.text("owner");
  contract.timezone = reader.text("timezone");
  contract.from = reader.time("from");
  contract.until = reader.optional_time("until");
  contract.currency = reader.currency("currency");
  contract.flat_fee = reader.money("flat_fee", contract.currency);
  contract.threshold = {reader.integer("threshold", 0, kMaxDocumentInteger)};
  contract.beyond_per_gb = reader.money("beyond_per_gb", contract.currency);
  contract.unacknowledged_per_gb = reader.optional_money("unacknowledged_per_gb", contract.currency);
  contract.surcharge_bp = reader.integer_or("surcharge_bp", 0, 0, kMaxBasisPoints);
  if (reader.has("royalty")) contract.royalty = read_royalty(reader.object("royalty"), contract.currency);
  read_actions(reader, contract);
  reader.finish();
  if (fault) return refuse("contract: " + *fault);
  if (const auto good = check(contract); !good) return pass_on(good.error(), "contract");
  return contract;
}

}  // namespace waybill::tracker
