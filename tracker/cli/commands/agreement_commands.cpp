#include <fmt/format.h>

#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/end_time.h"
#include "tracker/ledger/books.h"
#include "tracker/reports/byte_size.h"
#include "tracker/reports/day_hours.h"
#include "tracker/reports/time_window.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

std::string grant_text(const Grant& grant) {
  switch (grant.kind) {
    case GrantKind::none:
      return "none";
    case GrantKind::always:
      return "always";
    case GrantKind::hours:
      return DayHours{grant.from_minute, grant.to_minute}.str();
  }
  return "none";
}

std::string state_text(const Agreement& agreement, TimeMs now) {
  if (agreement.in_force(now)) return "in force";
  return now < agreement.valid_from ? "not yet" : "ended";
}

json agreement_json(const Agreement& agreement, const std::string& isp, TimeMs now) {
  const auto& grant = agreement.grant;
  const bool has_quota = grant.quota.value != 0;
  return {{"id", agreement.id.value},
          {"isp", isp},
          {"state", state_text(agreement, now)},
          {"from", format_time(agreement.valid_from)},
          {"until", agreement.valid_until ? json(format_time(*agreement.valid_until)) : json(nullptr)},
          {"grant", grant_text(grant)},
          {"quota_bytes", has_quota ? json(grant.quota.value) : json(nullptr)},
          {"quota_per", has_quota ? json(grant.quota_period == QuotaPeriod::day ? "day" : "month") : json(nullptr)},
          {"price_per_gb", format_exact(agreement.tariff.on_net)},
          {"off_net_price_per_gb", format_exact(agreement.tariff.off_net)},
          {"currency", agreement.tariff.on_net.currency.str()}};
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

const std::vector<SheetColumn>& agreement_columns() {
  static const std::vector<SheetColumn> kColumns{{"id", "ID", "number"},
                                                 {"isp", "ISP"},
                                                 {"state", "STATE"},
                                                 {"grant", "GRANT"},
                                                 {"quota_bytes", "QUOTA", "bytes"},
                                                 {"quota_per", "PER"},
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
  answer.result["agreement"] = agreement_json(*added, isp->name, now);
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
  auto agreements = registry.agreements();
  if (!agreements) return pass_on(agreements);
  Answer answer;
  auto& rows = answer.result["agreements"] = json::array();
  for (const auto& isp : *isps) {
    if (wanted && isp.name != *wanted) continue;
    for (const auto& agreement : *agreements) {
      if (agreement.isp == isp.id) rows.push_back(agreement_json(agreement, isp.name, context.clock.now()));
    }
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
  auto at = end_time(at_text, now, "an agreement");
  if (!at) return pass_on(at);
  if (auto ended = registry.end_agreement(AgreementId{*id}, *at); !ended) return pass_on(ended);
  Answer answer;
  answer.registry_changed = true;
  answer.result = {{"id", *id}, {"ends", format_time(*at)}};
  answer.lines.push_back(fmt::format("Agreement {} ends at {}", *id, format_time(*at)));
  return answer;
}

}  // namespace waybill::tracker
