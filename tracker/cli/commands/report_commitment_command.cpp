// How far a party is from what it committed to for a month: an ISP's minimum, or an owner's threshold.
#include <fmt/format.h>

#include "tracker/agreements/commitment.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/cli/commands/counted_words.h"
#include "tracker/cli/commands/party_argument_json.h"
#include "tracker/ledger/books.h"
#include "tracker/ledger/usage_reading.h"
#include "tracker/reports/byte_size.h"
#include "tracker/reports/period_words.h"
#include "tracker/reports/share.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

struct AskedMonth {
  LocalMonth month;
  TimeMs as_of;  // now, or the end of what was asked about where that is past
};

// A month, or a part of one: the month as it stood at the part's end.
Result<AskedMonth> read_month(const std::optional<std::string>& period, const std::string& timezone, TimeMs now) {
  auto calendar = LocalCalendar::of(timezone);
  if (!calendar) return tl::make_unexpected(calendar.error());
  if (!period) return AskedMonth{calendar->month_at(now), now};
  const auto window = parse_period_at(*period, now, timezone);
  if (!window) return pass_on(window.error(), "--period");
  const auto month = calendar->month_at(window->from);
  if (window->until > month.window.until) {
    return refuse(fmt::format("--period: '{}' reaches over the end of a month: commitments are of one month", *period));
  }
  if (window->from >= now) return refuse(fmt::format("{} has not begun: nothing can be used of it yet", *period));
  return AskedMonth{month, std::min(now, window->until)};
}

Result<std::vector<Commitment>> read_isp(AdministrationContext& context, const Isp& isp, const AskedMonth& asked) {
  const auto agreements = isp_agreements(context.store, isp);
  if (!agreements) return tl::make_unexpected(agreements.error());
  const auto& window = asked.month.window;
  const auto grain = usage_grain(*agreements, window);
  auto usage = context.check_only ? Result<Usage>(Usage{grain, {}}) : isp_usage(context.store, isp.id, window, grain);
  if (!usage) return tl::make_unexpected(usage.error());
  return isp_commitments(*agreements, std::move(*usage), asked.month, asked.as_of);
}

Result<std::vector<Commitment>> read_owner(AdministrationContext& context, const std::string& owner,
                                           const std::vector<OwnerContract>& contracts, const AskedMonth& asked) {
  const auto usage =
      context.check_only ? Result<Usage>(Usage{}) : owner_usage(context.store, owner, asked.month.window);
  if (!usage) return tl::make_unexpected(usage.error());
  return owner_commitments(contracts, *usage, asked.month, asked.as_of);
}

struct Asked {
  AskedMonth month;
  std::string timezone;
  std::vector<Commitment> commitments;
};

Result<Asked> ask(AdministrationContext& context, const Party& party, const std::optional<std::string>& period) {
  Asked asked;
  Result<std::vector<Commitment>> read;
  if (party.kind == PartyKind::isp) {
    const auto isp = context.store.registry().find_isp(party.name);
    if (!isp) return tl::make_unexpected(isp.error());
    auto month = read_month(period, isp->timezone, context.clock.now());
    if (!month) return pass_on(month);
    asked = {*month, isp->timezone, {}};
    read = read_isp(context, *isp, *month);
  } else {
    const auto contracts = owner_contracts(context.store, party.name);
    if (!contracts) return tl::make_unexpected(contracts.error());
    if (contracts->empty()) return refuse(fmt::format("owner '{}' has no contract", party.name));
    auto month = read_month(period, contracts->front().timezone, context.clock.now());
    if (!month) return pass_on(month);
    asked = {*month, contracts->front().timezone, {}};
    read = read_owner(context, party.name, *contracts, *month);
  }
  if (!read) return pass_on(read);
  asked.commitments = std::move(*read);
  return asked;
}

std::string standing(const Commitment& commitment, const CommitmentDistance& distance, TimeMs as_of) {
  if (distance.remaining == 0) return "reached";
  if (as_of >= commitment.term.until) return "not reached";
  return distance.reached ? "will be reached" : "will not be reached";
}

Result<json> row_of(const Commitment& commitment, const Asked& asked) {
  const auto distance = distance_to(commitment, asked.month.as_of);
  const auto local = [&](TimeMs time) { return format_local_time(time, asked.timezone); };
  const auto from = local(commitment.term.from), until = local(commitment.term.until);
  const auto reached = distance.reached ? local(*distance.reached) : Result<std::string>(std::string());
  if (!from) return tl::make_unexpected(from.error());
  if (!until) return tl::make_unexpected(until.error());
  if (!reached) return tl::make_unexpected(reached.error());
  const auto text = [&](std::int64_t amount) {
    return commitment.unit == CommitmentUnit::bytes ? human_bytes(amount) : format_minor(amount, commitment.currency);
  };
  const bool bytes = commitment.unit == CommitmentUnit::bytes;
  return json{{"agreement", commitment.agreement.value},
              {"unit", bytes ? std::string("bytes") : commitment.currency.str()},
              {"from", *from},
              {"until", *until},
              {"agreed", commitment.agreed},
              {"used", commitment.used},
              {"remaining", distance.remaining},
              {"projected", distance.projected},
              {"agreed_text", text(commitment.agreed)},
              {"used_text", text(commitment.used)},
              {"remaining_text", text(distance.remaining)},
              {"projected_text", text(distance.projected)},
              {"share", percent_of(commitment.used, commitment.agreed)},
              {"projected_share", percent_of(distance.projected, commitment.agreed)},
              {"standing", standing(commitment, distance, asked.month.as_of)},
              {"reached", distance.reached ? json(*reached) : json()}};
}

}  // namespace

Result<Answer> report_commitment(AdministrationContext& context, Arguments& arguments) {
  const auto party = party_argument(arguments);
  const auto period = arguments.text("period");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  const auto asked = ask(context, party, period);
  if (!asked) return tl::make_unexpected(asked.error());
  const auto as_of = format_local_time(asked->month.as_of, asked->timezone);
  if (!as_of) return tl::make_unexpected(as_of.error());
  const auto name = asked->month.month.name();
  Answer answer;
  answer.lines.push_back(fmt::format("{} {}, {} as of {}", party.kind == PartyKind::isp ? "Minimum of" : "Threshold of",
                                     party.name, name, *as_of));
  answer.result = {{"party", party.name}, {"kind", name_of(party.kind)}, {"period", name}, {"as_of", *as_of}};
  auto& rows = answer.result["rows"] = json::array();
  for (const auto& commitment : asked->commitments) {
    auto row = row_of(commitment, *asked);
    if (!row) return pass_on(row);
    rows.push_back(std::move(*row));
  }
  if (rows.empty()) answer.notes.push_back(fmt::format("Nothing is committed to in {}.", name));
  answer.add_sheet("rows", {{"agreement", "AGREEMENT", "number"},
                            {"unit", "UNIT"},
                            {"agreed_text", "AGREED"},
                            {"used_text", "USED"},
                            {"share", "SHARE"},
                            {"remaining_text", "REMAINING"},
                            {"projected_text", "PROJECTED"},
                            {"standing", "STANDING"},
                            {"reached", "REACHED ON"}});
  return answer;
}

}  // namespace waybill::tracker
