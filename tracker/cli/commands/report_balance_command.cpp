// Question 710 of the patent's FIG. 7: the difference between SP1 -> SP2 bytes and SP2 -> SP1 bytes.
#include <fmt/format.h>

#include "tracker/cli/commands/account_question_json.h"
#include "tracker/cli/commands/command_table_json.h"
#include "tracker/reports/byte_size.h"

namespace waybill::tracker {

namespace {

using nlohmann::json;

Result<Counters> sum_of(AdministrationContext& context, const ReportFilters& filters) {
  auto question = account_question(filters);
  if (!question) return pass_on(question);
  const auto rows = context.store.accounts().query(*question);
  if (!rows) return tl::make_unexpected(rows.error());
  Counters total;
  for (const auto& row : *rows) total += row.counters;
  return total;
}

json direction_json(const std::string& from, const std::string& to, const Counters& sum) {
  return {{"from", from}, {"to", to}, {"acknowledged_bytes", sum.acked.value}, {"receipts", sum.receipts}};
}

}  // namespace

Result<Answer> report_balance(AdministrationContext& context, Arguments& arguments) {
  const auto read = ReportArguments::read(arguments);
  const auto from = arguments.required("from");
  const auto to = arguments.required("to");
  if (read.from && read.to && *read.from == *read.to) arguments.fault("to", "is the same as --from");
  if (auto ok = arguments.finish(); !ok) return pass_on(ok);
  auto filters = resolve_filters(context, read, true);
  if (!filters) return pass_on(filters);
  const auto forward = sum_of(context, *filters);
  if (!forward) return tl::make_unexpected(forward.error());
  auto swapped = *filters;
  std::swap(swapped.from, swapped.to);
  const auto backward = sum_of(context, swapped);
  if (!backward) return tl::make_unexpected(backward.error());
  const std::int64_t difference = forward->acked.value - backward->acked.value;
  Answer answer;
  answer.result = {{"question", filters->facts},
                   {"forward_bytes", forward->acked.value},
                   {"backward_bytes", backward->acked.value},
                   {"difference_bytes", difference},
                   {"rows", json::array({direction_json(from, to, *forward), direction_json(to, from, *backward)})}};
  answer.lines.push_back(fmt::format("Balance {}", filters->words));
  const auto size = difference < 0 ? -difference : difference;
  answer.lines.push_back(difference == 0 ? std::string("Even: both sent the other as much")
                                         : fmt::format("{} sent {} {} bytes ({}) more than it received from it",
                                                       difference > 0 ? from : to, difference > 0 ? to : from,
                                                       exact_bytes(size), human_bytes(size)));
  answer.add_sheet("rows", {{"from", "FROM"},
                            {"to", "TO"},
                            {"acknowledged_bytes", "ACKNOWLEDGED BYTES", "bytes"},
                            {"receipts", "RECEIPTS", "number"}});
  return answer;
}

}  // namespace waybill::tracker
