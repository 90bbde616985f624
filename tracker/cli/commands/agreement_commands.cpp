#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/end_time.h"
#include "tracker/ledger/books.h"
#include "tracker/reports/byte_size.h"
#include "tracker/reports/day_hours.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

std::string hours_of(const WeekHours& hours) {
  const bool every_day = std::all_of(hours.spans.begin(), hours.spans.end(),
                                     [](const HourSpan& span) { return span.weekdays == kEveryDay; });
  if (!every_day) return hours.str();
  std::string text;
  for (const auto& span : hours.spans) {
    text += (text.empty() ? "" : ", ") + DayHours{span.from_minute, span.to_minute}.str();
  }
  return text;
}

std::string grant_text(const GrantTerms& grant) {
  switch (grant.kind) {
    case GrantKind::none:
      return "none";
    case GrantKind::always:
      return "always";
    case GrantKind::hours:
      return hours_of(grant.hours);
  }
  return "none";
}

// What narrows the grant beside its hours and its first quota; empty: nothing.
std::string narrowed_text(const GrantTerms& grant) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
  if (grant.quota_per_day.value != 0 && grant.quota_per_month.value != 0) {
    add(fmt::format("{} bytes a month", grant.quota_per_month.value));
  }
  if (grant.classes.size() == 1) add(fmt::format("{} content only", name_of(*grant.classes.begin())));
  if (grant.owners.kind != OwnerFilter::Kind::all) {
    add(fmt::format("{} {}", grant.owners.kind == OwnerFilter::Kind::only ? "only content of" : "no content of",
                    fmt::join(grant.owners.owners, ", ")));
  }
  if (grant.rate_cap.value != 0) add(fmt::format("{} bytes a second", grant.rate_cap.value));
  return text;
}

std::string state_text(const IspAgreement& agreement, TimeMs now) {
  if (agreement.in_force(now)) return "in force";
  return now < agreement.from ? "not yet" : "ended";
}

json agreement_json(const IspAgreement& agreement, TimeMs now) {
  const auto& grant = agreement.grant;
  const bool daily = grant.quota_per_day.value != 0;
  const auto quota = daily ? grant.quota_per_day : grant.quota_per_month;
  const auto& tiers = agreement.tariff.tiers;
  return {{"id", agreement.id.value},
          {"isp", agreement.isp},
          {"state", state_text(agreement, now)},
          {"from", format_time(agreement.from)},
          {"until", agreement.until ? json(format_time(*agreement.until)) : json(nullptr)},
          {"grant", grant_text(grant)},
          {"quota_bytes", quota.value != 0 ? json(quota.value) : json(nullptr)},
          {"quota_per", quota.value != 0 ? json(daily ? "day" : "month") : json(nullptr)},
          {"narrowed", narrowed_text(grant)},
          {"price_per_gb", tiers.empty() ? json(nullptr) : json(format_exact(tiers.front().on_net))},
          {"off_net_price_per_gb", tiers.empty() ? json(nullptr) : json(format_exact(tiers.front().off_net))},
          {"currency", agreement.tariff.currency.str()}};
}

Result<Grant> parse_grant(const std::string& text) {
  if (text == "none") return Grant{};
  if (text == "always") return Grant{GrantKind::always, 0, 0, {}, QuotaPeriod::month};
  const auto hours = parse_day_hours(text);
  if (!hours) return refuse(fmt::format("'{}' is not a grant: write always, none, or hours like 18:00-24:00", text));
  return Grant{GrantKind::hours, hours->from_minute, hours->to_minute, {}, QuotaPeriod::month};
}

Result<QuotaPeriod> parse_quota_period(const std::string& text) {
  if (text == "day") return QuotaPeriod::day;
  if (text == "month") return QuotaPeriod::month;
  return refuse(fmt::format("'{}' is not a quota period: day or month", text));
}

// The arguments of `agreement add` as far as they can be read without the registry.
struct AgreementArguments {
  std::string isp;
  Grant grant;
  std::string price;
  std::string off_net_price;
  std::string currency;
  std::optional<std::string> from;
  std::optional<std::string> until;
};

AgreementArguments read_arguments(Arguments& arguments) {
  AgreementArguments read;
  read.isp = arguments.required("isp");
  if (const auto grant = arguments.read_as("grant", parse_grant)) {
    read.grant = *grant;
  } else {
    arguments.required("grant");
  }
  const auto quota = arguments.read_as("quota", [](const std::string& text) { return parse_byte_size(text); });
  if (quota) read.grant.quota = *quota;
  if (quota && quota->value == 0) arguments.fault("quota", "must be above zero; leave it away where there is none");
  if (const auto per = arguments.read_as("per", parse_quota_period)) {
    read.grant.quota_period = *per;
    if (!quota) arguments.fault("per", "needs --quota");
  }
  read.price = arguments.required("price");
  read.off_net_price = arguments.text("off_net_price").value_or(read.price);
  read.currency = arguments.required("currency");
  read.from = arguments.text("from");
  read.until = arguments.text("until");
  return read;
}

Result<Agreement> make_agreement(const AgreementArguments& read, const Isp& isp, TimeMs now) {
  Agreement agreement;
  agreement.isp = isp.id;
  agreement.grant = read.grant;
  const auto currency = Currency::parse(read.currency);
  if (!currency) return pass_on(currency.error(), "--currency");
  const auto on_net = parse_money(read.price, *currency);
  if (!on_net) return pass_on(on_net.error(), "--price");
  const auto off_net = parse_money(read.off_net_price, *currency);
  if (!off_net) return pass_on(off_net.error(), "--off-net-price");
  agreement.tariff = {*on_net, *off_net};
  agreement.valid_from = now;
  if (read.from) {
    const auto from = parse_time(*read.from, now, isp.timezone);
    if (!from) return pass_on(from.error(), "--from");
    agreement.valid_from = *from;
  }
  if (read.until) {
    const auto until = parse_time(*read.until, now, isp.timezone);
    if (!until) return pass_on(until.error(), "--until");
    agreement.valid_until = *until;
    if (agreement.valid_until <= agreement.valid_from) {
      return refuse(fmt::format("the agreement would end ({}) before it begins ({})", format_time(*until),
                                format_time(agreement.valid_from)));
    }
  }
  return agreement;
}

// The clocks that the agreement is on; UTC where there is no such agreement, which ending it refuses.
Result<std::string> timezone_of(Registry& registry, AgreementId id) {
  const auto agreements = registry.agreements();
  if (!agreements) return tl::make_unexpected(agreements.error());
  const auto isps = registry.isps();
  if (!isps) return tl::make_unexpected(isps.error());
  for (const auto& agreement : *agreements) {
    for (const auto& isp : *isps) {
      if (agreement.id == id && agreement.isp == isp.id) return isp.timezone;
    }
  }
  return std::string("UTC");
}

const std::vector<SheetColumn>& agreement_columns() {
  static const std::vector<SheetColumn> kColumns{{"id", "ID", "number"},
                                                 {"isp", "ISP"},
                                                 {"state", "STATE"},
                                                 {"grant", "GRANT"},
                                                 {"quota_bytes", "QUOTA", "bytes"},
                                                 {"quota_per", "PER"},
                                                 {"narrowed", "NARROWED TO"},
                                                 {"price_per_gb", "ON-NET/GB", "number"},
                                                 {"off_net_price_per_gb", "OFF-NET/GB", "number"},
                                                 {"currency", "CURRENCY"},
                                                 {"from", "FROM"},
                                                 {"until", "UNTIL"}};
  return kColumns;
}

}  // namespace

Result<Answer> agreement_add(AdministrationContext& context, Arguments& arguments) {
  if (arguments.text("terms")) return agreement_add_terms(context, arguments);
  const auto read = read_arguments(arguments);
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto& registry = context.store.registry();
  auto isp = registry.find_isp(read.isp);
  if (!isp) return pass_on(isp);
  const auto now = context.clock.now();
  auto agreement = make_agreement(read, *isp, now);
  if (!agreement) return pass_on(agreement);
  if (auto good = check_isp_agreement(context.store, terms_of(*agreement, *isp)); !good) return pass_on(good);
  auto added = registry.add_agreement(*agreement);
  if (!added) return pass_on(added);
  Answer answer;
  answer.registry_changed = true;
  answer.result["agreement"] = agreement_json(terms_of(*added, *isp), now);
  answer.result["agreements"] = json::array({answer.result["agreement"]});
  answer.lines.push_back(fmt::format("Agreement {} with {}, hours and days on the clocks of {}", added->id.value,
                                     isp->name, isp->timezone));
  answer.add_sheet("agreements", agreement_columns());
  return answer;
}

Result<Answer> agreement_list(AdministrationContext& context, Arguments& arguments) {
  const auto wanted = arguments.text("isp");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto& registry = context.store.registry();
  if (wanted) {
    if (auto known = registry.find_isp(*wanted); !known) return pass_on(known);
  }
  auto isps = registry.isps();
  if (!isps) return pass_on(isps);
  Answer answer;
  auto& rows = answer.result["agreements"] = json::array();
  for (const auto& isp : *isps) {
    if (wanted && isp.name != *wanted) continue;
    const auto agreements = isp_agreements(context.store, isp);
    if (!agreements) return tl::make_unexpected(agreements.error());
    for (const auto& agreement : *agreements) rows.push_back(agreement_json(agreement, context.clock.now()));
  }
  answer.add_sheet("agreements", agreement_columns());
  return answer;
}

Result<Answer> agreement_end(AdministrationContext& context, Arguments& arguments) {
  arguments.positional("id");
  const auto id = arguments.integer("id", 1, std::int64_t{1} << 53);
  const auto at_text = arguments.text("at");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto& registry = context.store.registry();
  const auto now = context.clock.now();
  const auto timezone = timezone_of(registry, AgreementId{*id});
  if (!timezone) return tl::make_unexpected(timezone.error());
  auto at = end_time(at_text, now, *timezone, "an agreement");
  if (!at) return pass_on(at);
  if (auto ended = registry.end_agreement(AgreementId{*id}, *at); !ended) return pass_on(ended);
  Answer answer;
  answer.registry_changed = true;
  answer.result = {{"id", *id}, {"ends", format_time(*at)}};
  answer.lines.push_back(fmt::format("Agreement {} ends at {}", *id, format_time(*at)));
  return answer;
}

}  // namespace waybill::tracker
