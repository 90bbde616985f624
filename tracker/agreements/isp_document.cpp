#include "tracker/agreements/agreement_document.h"
#include "tracker/agreements/document_reader_json.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

json grant_json(const GrantTerms& grant) {
  json value;
  switch (grant.kind) {
    case GrantKind::none:
      value["kind"] = "none";
      break;
    case GrantKind::always:
      value["kind"] = "always";
      break;
    case GrantKind::hours:
      value["kind"] = "hours";
      break;
  }
  if (!grant.hours.empty()) value["hours"] = week_hours_json(grant.hours);
  if (grant.quota_per_day.value != 0) value["quota_per_day"] = grant.quota_per_day.value;
  if (grant.quota_per_month.value != 0) value["quota_per_month"] = grant.quota_per_month.value;
  if (grant.rate_cap.value != 0) value["rate_cap"] = grant.rate_cap.value;
  for (const auto content_class : grant.classes) value["classes"].push_back(name_of(content_class));
  if (grant.owners.kind == OwnerFilter::Kind::only) value["owners"]["only"] = grant.owners.owners;
  if (grant.owners.kind == OwnerFilter::Kind::all_but) value["owners"]["all_but"] = grant.owners.owners;
  return value;
}

json tariff_json(const TariffTerms& tariff) {
  json value{{"currency", tariff.currency.str()}};
  value["kind"] = tariff.kind == TariffKind::volume ? "volume" : "percentile";
  if (!tariff.peak.empty()) value["peak"] = week_hours_json(tariff.peak);
  if (tariff.minimum) value["minimum"] = format_exact(*tariff.minimum);
  if (tariff.per_megabit) value["per_megabit"] = format_exact(*tariff.per_megabit);
  if (tariff.unacknowledged) {
    value["unacknowledged"] = {{"on_net", format_exact(tariff.unacknowledged->on_net)},
                               {"off_net", format_exact(tariff.unacknowledged->off_net)}};
  }
  for (const auto& tier : tariff.tiers) {
    json item{
        {"from", tier.from.value}, {"on_net", format_exact(tier.on_net)}, {"off_net", format_exact(tier.off_net)}};
    if (tier.peak_on_net) item["peak_on_net"] = format_exact(*tier.peak_on_net);
    if (tier.peak_off_net) item["peak_off_net"] = format_exact(*tier.peak_off_net);
    value["tiers"].push_back(std::move(item));
  }
  return value;
}

OwnerFilter read_owners(DocumentReader reader) {
  OwnerFilter filter;
  if (reader.has("only") == reader.has("all_but")) {
    reader.blame("", "one of `only` and `all_but` is needed");
    return filter;
  }
  filter.kind = reader.has("only") ? OwnerFilter::Kind::only : OwnerFilter::Kind::all_but;
  filter.owners = reader.names(reader.has("only") ? "only" : "all_but");
  reader.finish();
  return filter;
}

GrantTerms read_grant(DocumentReader reader) {
  GrantTerms grant;
  grant.kind = reader.choice<GrantKind>(
      "kind", {{"none", GrantKind::none}, {"always", GrantKind::always}, {"hours", GrantKind::hours}});
  grant.hours = reader.week_hours("hours");
  grant.quota_per_day = {reader.integer_or("quota_per_day", 0, 1, kMaxDocumentInteger)};
  grant.quota_per_month = {reader.integer_or("quota_per_month", 0, 1, kMaxDocumentInteger)};
  grant.rate_cap = {reader.integer_or("rate_cap", 0, 1, kMaxDocumentInteger)};
  if (reader.has("classes")) {
    grant.classes.clear();
    for (const auto& name : reader.names("classes")) {
      if (name == "file") {
        grant.classes.insert(ContentClass::file);
      } else if (name == "live") {
        grant.classes.insert(ContentClass::live);
      } else {
        reader.blame("classes", "'" + name + "' is neither file nor live");
      }
    }
  }
  if (reader.has("owners")) grant.owners = read_owners(reader.object("owners"));
  reader.finish();
  return grant;
}

TariffTerms read_tariff(DocumentReader reader) {
  TariffTerms tariff;
  tariff.kind =
      reader.choice<TariffKind>("kind", {{"volume", TariffKind::volume}, {"percentile", TariffKind::percentile}});
  tariff.currency = reader.currency("currency");
  tariff.peak = reader.week_hours("peak");
  tariff.minimum = reader.optional_money("minimum", tariff.currency);
  tariff.per_megabit = reader.optional_money("per_megabit", tariff.currency);
  if (reader.has("unacknowledged")) {
    auto rates = reader.object("unacknowledged");
    tariff.unacknowledged = {rates.money("on_net", tariff.currency), rates.money("off_net", tariff.currency)};
    rates.finish();
  }
  if (reader.has("tiers")) {
    reader.each("tiers", kMaxTiers, [&](DocumentReader& item) {
      TierRates tier;
      tier.from = {item.integer("from", 0, kMaxDocumentInteger)};
      tier.on_net = item.money("on_net", tariff.currency);
      tier.off_net = item.money("off_net", tariff.currency);
      tier.peak_on_net = item.optional_money("peak_on_net", tariff.currency);
      tier.peak_off_net = item.optional_money("peak_off_net", tariff.currency);
      tariff.tiers.push_back(tier);
    });
  }
  reader.finish();
  return tariff;
}

}  // namespace

std::string document_text(const IspAgreement& agreement) {
  json value{{"format", kIspAgreementFormat},        {"isp", agreement.isp},
             {"timezone", agreement.timezone},       {"from", format_time(agreement.from)},
             {"grant", grant_json(agreement.grant)}, {"tariff", tariff_json(agreement.tariff)}};
  if (agreement.until) value["until"] = format_time(*agreement.until);
  return document_dump(value);
}

Result<IspAgreement> read_isp_agreement(std::string_view text) {
  const auto value = parse_document(text);
  if (!value) return pass_on(value.error(), "agreement");
  std::optional<std::string> fault;
  DocumentReader reader(*value, "", fault);
  if (reader.text("format") != kIspAgreementFormat) {
    reader.blame("format", std::string("it is not '") + kIspAgreementFormat + "'");
  }
  IspAgreement agreement;
  agreement.isp = reader.text("isp");
  agreement.timezone = reader.text("timezone");
  agreement.from = reader.time("from");
  agreement.until = reader.optional_time("until");
  agreement.grant = read_grant(reader.object("grant"));
  agreement.tariff = read_tariff(reader.object("tariff"));
  reader.finish();
  if (fault) return refuse("agreement: " + *fault);
  if (const auto good = check(agreement); !good) return pass_on(good.error(), "agreement");
  return agreement;
}

}  // namespace waybill::tracker
